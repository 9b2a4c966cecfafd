//! People who travel and pay where they are, and cards that were cloned and are paid with elsewhere.
//!
//! Nobody travels faster than an airliner, so whatever `impossible_travel` raises about the people
//! themselves is wrong in the data: a terminal whose clock is off, a payment that is booked where a
//! company has its seat. None of it was measured anywhere; the constants in [`people`] say what is
//! assumed.
//!
//! ```text
//!   people, clones ─▶ payments ─▶ what is wrong with them ─▶ a user's state ─▶ alerts
//! ```

mod evaluate;
mod people;

pub use evaluate::{TravelReport, WrongReport, evaluate};
pub use people::{TravelSettings, Wrong};
