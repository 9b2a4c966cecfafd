//! Per-entity state: what is known of one user, sensor or partition, as one item of one table.
//!
//! ```text
//!   EntityState
//!   ├─ body        profile (what people read) + detectors (one compact versioned blob)
//!   ├─ watermarks  how far each partition has been applied to this entity
//!   └─ outbox      what came of it and may not have been delivered yet
//! ```
//!
//! All of it is committed in one conditional write, which is why nothing here is ever half done.

mod active_users;
mod coverage;
mod features;
mod outbox;
mod partition;
mod position;
mod sensor;
mod user;
mod watermarks;

pub use active_users::{ActiveUsers, ActiveUsersError};
pub use coverage::{Coverage, CoverageError, Stretch};
pub use features::Features;
pub use outbox::{Outbox, OutboxEntry, OutboxError};
pub use partition::PartitionProfile;
pub use position::{Epoch, PartitionId, Position, SourceId};
pub use sensor::SensorState;
pub use user::UserState;
pub use watermarks::{Origin, Verdict, WatermarkError, Watermarks};

use crate::circumstances::Circumstances;
use crate::detectors::{Alerts, Note, Raised};
use crate::entity::EntityKind;
use crate::events::Event;
use crate::fraud::{CalibratorProfile, MerchantProfile};
use crate::settings::Settings;
use crate::windows::Closed;

/// Everything kept for one entity.
#[derive(Clone, Debug)]
pub struct EntityState {
    /// What detectors and windows know.
    pub body: Body,
    /// How far each partition has been applied.
    pub watermarks: Watermarks,
    /// What is to be delivered.
    pub outbox: Outbox,
}

/// What detectors and windows know of an entity, by its kind.
#[derive(Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "a state is one block behind its `Arc`, and what a box would save is less than another block costs to reach"
)]
pub enum Body {
    /// Of a user.
    User(UserState),
    /// Of a sensor.
    Sensor(SensorState),
    /// Of a partition.
    Partition(PartitionProfile),
    /// Of a merchant.
    Merchant(MerchantProfile),
    /// Of a part of the calibration.
    Calibrator(CalibratorProfile),
}

/// What came of one event.
#[derive(Debug, Default)]
pub struct Emitted {
    /// Alerts, in the order raised.
    pub raised: Vec<Raised>,
    /// Windows and sessions that it showed to be over.
    pub closed: Vec<Closed>,
    /// What is to be counted besides.
    pub notes: Vec<Note>,
}

impl EntityState {
    /// The state of an entity that nothing is known of.
    pub fn new(kind: EntityKind) -> Self {
        let body = match kind {
            EntityKind::User => Body::User(UserState::default()),
            EntityKind::Sensor => Body::Sensor(SensorState::default()),
            EntityKind::Partition => Body::Partition(PartitionProfile::default()),
            EntityKind::Merchant => Body::Merchant(MerchantProfile::default()),
            EntityKind::Calibrator => Body::Calibrator(CalibratorProfile::default()),
        };
        Self { body, watermarks: Watermarks::default(), outbox: Outbox::default() }
    }
}

impl Body {
    /// Takes one event that comes out of no stream, where there are no labels.
    pub fn take(&mut self, event: &Event<'_>, settings: &Settings) -> Emitted {
        self.take_in(event, &Circumstances::of(settings))
    }

    /// Takes one event: windows first, so that detectors see it included, then the detectors, whose
    /// alerts are merged where they are of one cause.
    ///
    /// An event of a kind that does not concern the entity changes nothing.
    pub fn take_in(&mut self, event: &Event<'_>, circumstances: &Circumstances<'_>) -> Emitted {
        let mut alerts = Alerts::default();
        let closed = match (self, event) {
            (Self::User(user), event) => user.take(event, circumstances, &mut alerts),
            (Self::Sensor(sensor), Event::SensorReading(reading)) => {
                sensor.take_reading(reading, circumstances, &mut alerts)
            }
            (Self::Partition(partition), event) => {
                partition.take(event);
                Vec::new()
            }
            (Self::Merchant(merchant), Event::TransactionLabel(label)) => {
                merchant.take(label);
                Vec::new()
            }
            (Self::Calibrator(calibrator), Event::TransactionLabel(_)) => {
                calibrator.take(circumstances.labelled);
                Vec::new()
            }
            (Self::Sensor(_) | Self::Merchant(_) | Self::Calibrator(_), _) => Vec::new(),
        };
        Emitted { raised: alerts.take(), closed, notes: alerts.take_notes() }
    }
}
