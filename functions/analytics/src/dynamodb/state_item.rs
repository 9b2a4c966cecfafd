//! A state as an item: what people read in plain attributes, what only code understands in binary
//! ones.
//!
//! | attribute | type | of | holds |
//! | --- | --- | --- | --- |
//! | `entity` | S | all | the key |
//! | `version` | N | all | raised by one with each write |
//! | those of [`user_item`], [`sensor_item`] | | user, sensor | the profile |
//! | `newest`, `events`, `active_users` | S, N, N | partition | the profile |
//! | those of [`taught_item`] | | merchant, calibrator | the profile |
//! | `detectors` | B | all | the detectors' states; a partition's sketch of active users; what labels taught |
//! | `watermarks` | B | all | how far each partition has been applied |
//! | `outbox` | B | all | what may not have been delivered; absent if there is nothing |
//! | `expires_at` | N | all | when the item may go, in seconds since 1970 |

use std::sync::Arc;

use millrace_shared::commit::{Stored, Version};
use millrace_shared::detectors::BlobError;
use millrace_shared::detectors::sets::{SensorDetectors, UserDetectors};
use millrace_shared::entity::EntityKind;
use millrace_shared::fraud::{CalibratorProfile, MerchantProfile};
use millrace_shared::state::{
    ActiveUsers, ActiveUsersError, Body, EntityState, Outbox, OutboxError, PartitionProfile,
    SensorState, UserState, WatermarkError, Watermarks,
};
use thiserror::Error;

use super::attribute::{AttributeError, Attributes};
use super::statements::names_of;
use super::tables::TIME_TO_LIVE;
use super::taught_item::{self, TaughtError};
use super::{sensor_item, user_item, value};

pub(super) const VERSION: &str = "version";
pub(super) const OUTBOX: &str = "outbox";
const DETECTORS: &str = "detectors";
const WATERMARKS: &str = "watermarks";

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
    Taught(#[from] TaughtError),
    #[error(transparent)]
    Outbox(#[from] OutboxError),
    #[error(transparent)]
    ActiveUsers(#[from] ActiveUsersError),
}

impl StateItemError {
    /// Whether it may well be sound, and is only not of this release.
    const fn is_of_another_release(&self) -> bool {
        matches!(
            self,
            Self::Detectors(BlobError::UnknownFrame { .. } | BlobError::UnknownSection { .. })
                | Self::Watermarks(WatermarkError::UnknownVersion { .. })
                | Self::Outbox(OutboxError::UnknownVersion { .. })
                | Self::ActiveUsers(ActiveUsersError::UnknownVersion { .. })
                | Self::Taught(TaughtError::UnknownVersion { .. })
        )
    }
}

/// The attributes that every write sets besides key, version and outbox, in the order of [`write()`].
pub(super) fn names(kind: EntityKind) -> Vec<&'static str> {
    names_of(|item| write(&EntityState::new(kind), 0, item))
}

/// All attributes besides key and version. The outbox is the last one, unless it is empty.
pub(super) fn write(state: &EntityState, expires_at: u64, item: &mut impl value::Attributes) {
    let detectors = match &state.body {
        Body::User(user) => {
            user_item::write(&user.profile, item);
            user.detectors.encode()
        }
        Body::Sensor(sensor) => {
            sensor_item::write(&sensor.profile, item);
            sensor.detectors.encode()
        }
        Body::Partition(partition) => {
            item.named("newest").time(partition.newest);
            item.named("events").count(partition.events);
            item.named("active_users").count(partition.active_users.estimate());
            partition.active_users.encode()
        }
        Body::Merchant(merchant) => {
            taught_item::write_merchant(merchant, item);
            taught_item::encode_merchant(merchant)
        }
        Body::Calibrator(calibrator) => {
            taught_item::write_calibrator(calibrator, item);
            taught_item::encode_calibrator(calibrator)
        }
    };
    item.named(DETECTORS).bytes(&detectors);
    item.named(WATERMARKS).bytes(&state.watermarks.encode());
    item.named(TIME_TO_LIVE).count(expires_at);
    if !state.outbox.is_empty() {
        item.named(OUTBOX).bytes(&state.outbox.encode());
    }
}

/// Reads an item back.
pub(super) fn read(kind: EntityKind, item: &Attributes<'_>) -> Result<Stored, StateItemError> {
    let body = match kind {
        EntityKind::User => Body::User(UserState {
            profile: user_item::read(item)?,
            detectors: user_detectors(item)?,
        }),
        EntityKind::Sensor => Body::Sensor(SensorState {
            profile: sensor_item::read(item)?,
            detectors: sensor_detectors(item)?,
        }),
        EntityKind::Partition => Body::Partition(PartitionProfile {
            newest: item.time("newest")?,
            events: item.count("events")?,
            active_users: active_users(item)?,
        }),
        EntityKind::Merchant => Body::Merchant(merchant(item)?),
        EntityKind::Calibrator => Body::Calibrator(calibrator(item)?),
    };
    let (watermarks, outbox) = (watermarks(item)?, outbox_of(item)?);
    let version = Version(item.count(VERSION)?);
    let state = Arc::new(EntityState { body, watermarks, outbox });
    Ok(Stored { state, version: Some(version) })
}

/// The entity afresh, of an item that cannot be read: without profile and detectors, but with the
/// watermarks and the outbox if at least those can be read, so that no record counts twice and no
/// alert is missing. To be written in place of the item.
///
/// An error if the item is of another release, and so not broken, or if its version cannot be read,
/// without which nothing can be written in its place.
pub(super) fn afresh(kind: EntityKind, item: &Attributes<'_>) -> Result<Stored, StateItemError> {
    match kind {
        EntityKind::User => readable(user_detectors(item)).map(drop)?,
        EntityKind::Sensor => readable(sensor_detectors(item)).map(drop)?,
        EntityKind::Partition => readable(active_users(item)).map(drop)?,
        EntityKind::Merchant => readable(merchant(item)).map(drop)?,
        EntityKind::Calibrator => readable(calibrator(item)).map(drop)?,
    }
    let state = Arc::new(EntityState {
        watermarks: readable(watermarks(item))?.unwrap_or_default(),
        outbox: readable(outbox_of(item))?.unwrap_or_default(),
        ..EntityState::new(kind)
    });
    Ok(Stored { state, version: Some(Version(item.count(VERSION)?)) })
}

/// None for what is broken.
fn readable<T>(read: Result<T, StateItemError>) -> Result<Option<T>, StateItemError> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_of_another_release() => Err(error),
        Err(_) => Ok(None),
    }
}

fn user_detectors(item: &Attributes<'_>) -> Result<UserDetectors, StateItemError> {
    Ok(UserDetectors::decode(&item.bytes(DETECTORS)?)?)
}

fn sensor_detectors(item: &Attributes<'_>) -> Result<SensorDetectors, StateItemError> {
    Ok(SensorDetectors::decode(&item.bytes(DETECTORS)?)?)
}

fn active_users(item: &Attributes<'_>) -> Result<ActiveUsers, StateItemError> {
    Ok(ActiveUsers::decode(&item.bytes(DETECTORS)?)?)
}

fn merchant(item: &Attributes<'_>) -> Result<MerchantProfile, StateItemError> {
    Ok(taught_item::read_merchant(item, &item.bytes(DETECTORS)?)??)
}

fn calibrator(item: &Attributes<'_>) -> Result<CalibratorProfile, StateItemError> {
    Ok(taught_item::read_calibrator(item, &item.bytes(DETECTORS)?)??)
}

fn watermarks(item: &Attributes<'_>) -> Result<Watermarks, StateItemError> {
    Ok(Watermarks::decode(&item.bytes(WATERMARKS)?)?)
}

fn outbox_of(item: &Attributes<'_>) -> Result<Outbox, StateItemError> {
    Ok(Outbox::decode(&item.optional_bytes(OUTBOX)?.unwrap_or_default())?)
}

#[cfg(test)]
mod tests;
