//! The functions under faults, compared with an oracle.
//!
//! ```text
//!   Stream ─▶ Input ─▶ Mappings ─▶ Fleet ─▶ the real binaries ─▶ endpoints that throttle, fail,
//!   seeded      │      redeliver,  killed,                       cut connections, take effect late
//!               │      rebalance   stopped, unheard                 │              │
//!               │                                                Journal       tables, topic,
//!               │                                                of writes     queue, archive
//!               └────▶ Sums, Oracle ◀───────────────────────────────┘              │
//!                          └──────────────▶ Verdict ◀──────────────────────────────┘
//! ```
//!
//! Everything is drawn from one seed: records, faults, mishaps. When all is done, what stands in the
//! tables, the topic, the queue and the archive is compared with what has to stand there, in two
//! ways. [`Sums`](input::Sums) adds the values of the input up with somebody else's parser: so many
//! events, payments, readings, so much money, these records dead. The [`Oracle`](oracle::Oracle)
//! takes the commit path through the input sequentially in memory, and knows every state, row and
//! alert bit for bit. A [`Witness`] is the part that compares, for records that reach the functions in
//! another way.

mod error;
mod functions;
mod input;
mod journal;
mod mappings;
mod oracle;
mod plan;
mod report;
mod run;
mod site;
mod verdict;
mod witness;

pub use error::ChaosError;
pub use input::topic_kinds;
pub use plan::{MishapRates, Plan, Sabotage};
pub use report::{Ran, Report};
pub use run::run;
pub use site::Site;
pub use verdict::{Check, Verdict};
pub use witness::Witness;
