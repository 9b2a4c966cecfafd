//! A state as an item: what people read in plain attributes, what only code understands in binary
//! ones.
//!
//! | attribute | type | of | holds |
//! | --- | --- | --- | --- |
//! | `entity` | S | all | the key |
//! | `version` | N | all | raised by one with each write |
//! | those of [`user_item`], [`sensor_item`] | | user, sensor | the profile |
//! | `newest`, `events`, `active_users` | S, N, N | partition | the profile |
//! | `detectors` | B | all | the detectors' states; a partition's sketch of active users |
//! | `watermarks` | B | all | how far each partition has been applied |
//! | `outbox` | B | all | what may not have been delivered; absent if there is nothing |
//! | `expires_at` | N | all | when the item may go, in seconds since 1970 |

use millrace_shared::commit::{Stored, Version};
use millrace_shared::detectors::BlobError;
use millrace_shared::detectors::sets::{SensorDetectors, UserDetectors};
use millrace_shared::entity::EntityKind;
use millrace_shared::state::{
    ActiveUsers, Body, EntityState, Outbox, OutboxError, PartitionProfile, SensorState, UserState,
    WatermarkError, Watermarks,
};
use thiserror::Error;

use super::attribute::{AttributeError, Attributes};
use super::tables::TIME_TO_LIVE;
use super::value::{Value, bytes, count, time};
use super::{sensor_item, user_item};

pub(super) const VERSION: &str = "version";
pub(super) const OUTBOX: &str = "outbox";
const DETECTORS: &str = "detectors";
const WATERMARKS: &str = "watermarks";
const PARTITION_ATTRIBUTES: [&str; 3] = ["newest", "events", "active_users"];

/// The version of a partition's sketch as stored.
const SKETCH_VERSION: u8 = 1;

/// An item that cannot be read as a state.
#[derive(Debug, Error)]
pub(super) enum StateItemError {
    #[error("{0}; restore the item, or delete it to start the entity afresh")]
    Attribute(#[from] AttributeError),
    #[error(transparent)]
    Detectors(#[from] BlobError),
    #[error(transparent)]
    Watermarks(#[from] WatermarkError),
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    #[error(
        "its sketch of active users has version {found}, this release reads {SKETCH_VERSION}; \
         deploy the release that wrote it"
    )]
    UnknownSketch { found: u8 },
    #[error("its sketch of active users cannot be read; delete the item to start it afresh")]
    UnreadableSketch,
}

/// The attributes that every write sets besides key, version and outbox, in the order of [`values`].
pub(super) fn attributes(kind: EntityKind) -> Vec<&'static str> {
    let profile: &[&str] = match kind {
        EntityKind::User => &user_item::ATTRIBUTES,
        EntityKind::Sensor => &sensor_item::ATTRIBUTES,
        EntityKind::Partition => &PARTITION_ATTRIBUTES,
    };
    profile.iter().copied().chain([DETECTORS, WATERMARKS, TIME_TO_LIVE]).collect()
}

/// The values of [`attributes`].
pub(super) fn values(state: &EntityState, expires_at: u64) -> Vec<Value<'_>> {
    let (mut values, detectors): (Vec<_>, _) = match &state.body {
        Body::User(user) => (user_item::values(&user.profile).into(), user.detectors.encode()),
        Body::Sensor(sensor) => {
            (sensor_item::values(&sensor.profile).into(), sensor.detectors.encode())
        }
        Body::Partition(partition) => {
            let values = vec![
                time(partition.newest),
                count(partition.events),
                count(partition.active_users.estimate()),
            ];
            (values, encode_sketch(&partition.active_users))
        }
    };
    values.push(bytes(detectors));
    values.push(bytes(state.watermarks.encode()));
    values.push(count(expires_at));
    values
}

/// The outbox, unless it is empty.
pub(super) fn outbox(state: &EntityState) -> Option<Value<'static>> {
    (!state.outbox.is_empty()).then(|| bytes(state.outbox.encode()))
}

/// Reads an item back.
pub(super) fn read(kind: EntityKind, item: &Attributes<'_>) -> Result<Stored, StateItemError> {
    let detectors = item.bytes(DETECTORS)?;
    let body = match kind {
        EntityKind::User => Body::User(UserState {
            profile: user_item::read(item)?,
            detectors: UserDetectors::decode(&detectors)?,
        }),
        EntityKind::Sensor => Body::Sensor(SensorState {
            profile: sensor_item::read(item)?,
            detectors: SensorDetectors::decode(&detectors)?,
        }),
        EntityKind::Partition => Body::Partition(PartitionProfile {
            newest: item.time("newest")?,
            events: item.count("events")?,
            active_users: decode_sketch(&detectors)?,
        }),
    };
    let watermarks = Watermarks::decode(&item.bytes(WATERMARKS)?)?;
    let outbox = Outbox::decode(&item.optional_bytes(OUTBOX)?.unwrap_or_default())?;
    let version = Version(item.count(VERSION)?);
    Ok(Stored { state: EntityState { body, watermarks, outbox }, version: Some(version) })
}

fn encode_sketch(users: &ActiveUsers) -> Vec<u8> {
    let Ok(bytes) = postcard::to_extend(users, vec![SKETCH_VERSION]) else {
        unreachable!("postcard writes a sketch into a growing vector")
    };
    bytes
}

fn decode_sketch(stored: &[u8]) -> Result<ActiveUsers, StateItemError> {
    match stored.split_first() {
        None => Ok(ActiveUsers::default()),
        Some((&SKETCH_VERSION, sketch)) => {
            postcard::from_bytes(sketch).map_err(|_| StateItemError::UnreadableSketch)
        }
        Some((&found, _)) => Err(StateItemError::UnknownSketch { found }),
    }
}

#[cfg(test)]
mod tests;
