//! Profiles: what is known of a user or a sensor in terms that people read, and that detectors look
//! at: open windows and sessions, totals, counts.

mod sensor;
mod user;

pub use sensor::SensorProfile;
pub use user::UserProfile;
