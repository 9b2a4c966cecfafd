//! The tables: states with their conditional writes, rows that are only ever put, and features, which
//! only newer ones replace.
//!
//! ```text
//!   CommitPath ─▶ States   load: BatchGetItem │ commit, clear: BatchExecuteStatement ─▶ state
//!              └▶ Rows     BatchWriteItem ─▶ alerts, sessions, windows
//!                          BatchExecuteStatement, newer ones only ─▶ features
//! ```

mod answers;
mod attribute;
mod batch_execute;
mod entries;
mod exchange;
mod feature_rows;
mod features_item;
mod glances;
mod item;
mod number;
mod row;
mod rows;
mod sensor_item;
mod state_item;
mod statements;
mod states;
mod tables;
mod tape;
mod taught_item;
mod user_item;
mod value;

pub use rows::Rows;
pub use states::{OnUnreadable, States};
pub use tables::{
    ALERTS, FEATURES, IndexDefinition, SESSIONS, STATE, TIME_TO_LIVE, TableDefinition, WINDOWS,
};
