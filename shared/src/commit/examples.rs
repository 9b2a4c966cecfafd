//! What the tests of the commit path's parts apply events with.

use std::collections::HashMap;

use super::group::Group;
use super::labels::Labels;
use super::learnt::Elsewhere;
use super::placed::Events;
use super::surroundings::Surroundings;
use super::topics::{OnSuspiciousDuplicate, TopicRule, Topics};
use super::triage::{Triage, triage};
use super::work::Work;
use super::{CommitContext, Take};
use crate::events::EventKind;
use crate::kafka::Batch;
use crate::settings::Settings;
use crate::state::Epoch;

const CLUSTER: &str = "arn";

/// The records of a batch, of which those of the topic `pay` are payments.
pub(super) fn payments<'b>(batch: &'b Batch<'_>) -> Triage<'b> {
    let rule = TopicRule { kind: EventKind::Transaction, epoch: Epoch(0) };
    triage(batch, CLUSTER, &Topics::new([("pay".to_owned(), rule)]))
}

/// An entity's part of a batch, its events applied with `take` to a new state.
pub(super) fn applied(group: Group, events: &Events<'_>, take: Take) -> Work {
    let context = CommitContext {
        settings: &Settings::default(),
        cluster: CLUSTER,
        on_suspicious: OnSuspiciousDuplicate::Report,
        redrive: None,
        take,
    };
    let surroundings = Surroundings {
        settled: HashMap::new(),
        elsewhere: &Elsewhere::default(),
        labels: &Labels::default(),
    };
    let mut work = Work::new(group);
    work.loaded(None);
    work.apply(events, &context, &surroundings);
    work
}
