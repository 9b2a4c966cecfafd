//! Detectors: pure functions of an entity's state and one event.
//!
//! A detector reads no clock and no random number, so a replay raises the same alerts. A new one is
//! one new file here, one line in [`sets`], and one row in `docs/detectors.md`.
//!
//! ```text
//!   event ──▶ profile (windows, sessions, totals) ──▶ detector (its own small state) ──▶ alerts
//! ```

mod alerts;
mod blob;
mod set;
pub mod sets;

mod battery_low;
mod high_value;
mod rapid_activity;

use serde::Serialize;
use serde::de::DeserializeOwned;

pub use alerts::{Alerts, Raised};
pub use blob::{BlobError, Sections};

use crate::settings::Settings;

/// Something that looks at one kind of event and may raise alerts.
///
/// The type itself is the state kept for one entity: small, and the same from any split of the
/// stream into batches. It is stored with `postcard`, so its layout is its fields in order; when
/// that changes, [`Detector::VERSION`] must.
pub trait Detector: Default + Serialize + DeserializeOwned {
    /// The name in alerts, metrics and settings, in `snake_case`.
    const NAME: &'static str;

    /// The version of the state's layout. State of another version is an error, never misread.
    const VERSION: u8 = 1;

    /// The kind of event it looks at.
    type Event<'value>;

    /// What is known of the entity, with this event included.
    type Profile;

    /// Looks at one event, the entity's profile already updated with it.
    fn detect(
        &mut self,
        event: &Self::Event<'_>,
        profile: &Self::Profile,
        settings: &Settings,
        alerts: &mut Alerts,
    );
}
