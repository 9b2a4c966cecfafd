use std::collections::HashMap;

use super::labels::Labels;
use super::learnt::Elsewhere;
use crate::state::{Coverage, PartitionId};

/// What is known besides an entity's own state when events are applied to it.
#[derive(Debug)]
pub(super) struct Surroundings<'a> {
    /// Where a partition's records are done for every entity.
    pub(super) settled: HashMap<PartitionId, &'a Coverage>,
    /// What was read of entities that are not changed.
    pub(super) elsewhere: &'a Elsewhere,
    /// What the event's labels turned out to be to their customers.
    pub(super) labels: &'a Labels,
}
