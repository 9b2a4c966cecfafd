use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Context;

/// Something that looks at one kind of `Event` of an entity, knows its `Profile`, and may raise
/// alerts.
///
/// The type itself is the state kept for one entity: small, bounded, and the same from any split
/// of the stream into batches. Its default is the state of an entity that nothing is known of. It
/// is stored with `postcard`, so its layout is its fields in order; when that changes,
/// [`Detector::VERSION`] must.
pub trait Detector<Event, Profile>: Clone + Debug + Default + Serialize + DeserializeOwned {
    /// The version of the state's layout.
    const VERSION: u8 = 1;

    /// Looks at one event, which the profile already includes.
    fn detect(&mut self, event: &Event, context: &mut Context<'_, Profile>);

    /// Reads a state stored by an older [`Detector::VERSION`]; `None` if it is not to be read,
    /// which is an error that names both versions. `Some(Self::default())` starts afresh.
    fn upgrade(version: u8, stored: &[u8]) -> Option<Self> {
        let _ = (version, stored);
        None
    }
}
