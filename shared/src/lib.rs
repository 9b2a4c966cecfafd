//! Kafka batches in and failures out, events, detectors, per-key state, alerts.
//!
//! ```text
//!   MSK event ─▶ kafka ─▶ events ─▶ commit: group ─ load ─ apply ─ commit ─ deliver ─ clear ─▶ answer
//!                                              │
//!                                              └─ state ◀─ profiles (windows), detectors ─▶ alerts
//! ```

pub mod alerts;
pub mod amount;
pub mod circumstances;
pub mod commit;
pub mod delivery;
pub mod detectors;
pub mod entity;
pub mod events;
pub mod fraud;
pub mod json;
pub mod kafka;
pub mod profiles;
pub mod settings;
pub mod state;
pub mod time;
pub mod windows;
