//! The tables: states with their conditional writes, and rows that are only ever put.
//!
//! ```text
//!   CommitPath ─▶ States   load: BatchGetItem │ commit, clear: BatchExecuteStatement ─▶ state
//!              └▶ Rows     BatchWriteItem ─▶ alerts, sessions, windows
//! ```

mod answers;
mod attribute;
mod entries;
mod exchange;
mod number;
mod row;
mod rows;
mod sensor_item;
mod state_item;
mod statements;
mod states;
mod tables;
mod user_item;
mod value;

pub use rows::Rows;
pub use states::States;
pub use tables::{
    ALERTS, IndexDefinition, SESSIONS, STATE, TIME_TO_LIVE, TableDefinition, WINDOWS,
};
