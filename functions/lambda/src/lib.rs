//! What every Millrace function needs of Lambda and AWS, whatever it does with a batch.
//!
//! ```text
//!   main ─▶ serve ─▶ configuration (or refuse to start) ─▶ clients ─▶ the function, a BatchHandler
//!              │
//!   Lambda ─▶ BodyLayer ─▶ bytes ─▶ BatchHandler::handle ─▶ answer ─▶ Lambda
//! ```
//!
//! Beside that the sinks that more than one function has: [`DeadLetterQueue`] and [`Metrics`].

mod allocator;
mod answer;
mod body;
pub mod clock;
pub mod config;
mod dead_letters;
mod deadline;
mod http_client;
mod init_error;
mod logging;
pub mod messages;
mod metrics;
mod request_error;
mod sdk;
mod serve;

pub use allocator::GLIBC_TUNABLES;
pub use answer::{HandlerError, answer};
pub use dead_letters::DeadLetterQueue;
pub use deadline::Deadlines;
pub use metrics::{Metrics, RecordAges};
pub use request_error::{passes, request_error};
pub use sdk::{SdkConfigError, retry, sdk_config, without_retries};
pub use serve::{BatchHandler, serve};
