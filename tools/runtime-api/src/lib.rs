//! A Lambda Runtime API server that runs a function binary as Lambda would.
//!
//! ```text
//!  invoke(payload) ─▶ FunctionProcess ─▶ server on 127.0.0.1 ─▶ GET  …/invocation/next      ┐
//!                          ▲                                    POST …/invocation/ID/response │ child
//!                          └── Outcome ◀── answer, exit, timeout POST …/invocation/ID/error    │ process
//!                                                               POST …/init/error            ┘
//! ```
//!
//! Like Lambda it hands out one invocation at a time, sends the documented headers, kills a function
//! that outlives its timeout, and starts a fresh one for the next invocation after a timeout or a
//! crash. Unlike Lambda it neither limits the memory or the CPU nor freezes the process between two
//! invocations, and it offers no extensions, no response streaming and no `SnapStart`.
//!
//! No child is left behind: it is killed when its [`FunctionProcess`] is dropped; it stays in the
//! caller's process group unless told otherwise, so that Ctrl-C in a terminal reaches it too; and when the caller ends
//! without dropping anything (a signal, `std::process::exit`) the server goes with it, upon which
//! `lambda_runtime` ends as soon as its handler returns.

mod execution;
mod function_binary;
mod invocation;
mod log;
mod measure;
mod outcome;
mod process;
mod server;
mod spec;
mod supervisor;
mod variables;

pub use function_binary::{BinaryError, function_binary};
pub use invocation::{Deadline, InvokeOptions, MAX_PAYLOAD_BYTES, MAX_RESPONSE_BYTES};
pub use outcome::{Exit, InvokeOutcome, Outcome, ProcessError};
pub use process::FunctionProcess;
pub use spec::{FunctionSpec, LogSink};
