//! What Millrace costs a month on AWS.
//!
//! ```text
//!   Load ─▶ Batches ─▶ Usage ──────┐
//!   (records, bytes, keys)         ├─▶ Bill ─▶ by service, what dominates, what else there is
//!   prices.json (dated, sourced) ──┘
//! ```
//!
//! The counts follow what the benchmark measures at the endpoints: one read and one write unit for
//! each entity of a batch, one more write where something is delivered, three units an alert. The
//! tests hold the model to those counts. Prices are list prices, written down by hand.

mod batches;
mod bill;
mod load;
mod prices;
mod table;
mod text;
mod usage;

pub use batches::{Batches, distinct};
pub use bill::{Archive, Bill, Cluster, Line, Pollers, Setup, Way};
pub use load::Load;
pub use prices::{Price, Prices};
pub use table::{Table, grouped};
pub use text::{comparison, document, per_million};
pub use usage::Usage;
