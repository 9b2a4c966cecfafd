//! An event source mapping: settings, a function, and where to put what fails.

use std::error::Error;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::clock::Clock;
use crate::failure::FailureDestination;
use crate::function::Function;
use crate::observe::{Observer, Tally};
use crate::run::Run;
use crate::settings::{Settings, SettingsError};
use crate::source::Source;

/// Reads a topic and hands its records to a function, as Lambda does.
///
/// ```
/// use std::sync::Arc;
///
/// use bytes::Bytes;
/// use futures::future::BoxFuture;
/// use millrace_event_source_mapping::{
///     EventSourceMapping, Function, InvokeOutcome, Invoked, MemoryLog, Settings, Until,
/// };
///
/// struct Yes;
///
/// impl Function for Yes {
///     fn invoke(&self, _event: Bytes) -> BoxFuture<'_, Invoked> {
///         Box::pin(async { InvokeOutcome::Answered("{}".into()).into() })
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let log = MemoryLog::new("orders", 2);
/// log.append(0, None, Some(b"one"));
/// log.append(1, None, Some(b"two"));
/// let mapping = EventSourceMapping::new(Settings::new("orders", "group"), Arc::new(Yes)).unwrap();
/// let mut source = log.consumer();
/// let tally = mapping.run(&mut source, Until::EndOffsets, std::future::pending()).await.unwrap();
/// assert_eq!((tally.polled, tally.succeeded), (2, 2));
/// assert_eq!(log.committed(), [1, 1]);
/// # }
/// ```
pub struct EventSourceMapping {
    pub(crate) settings: Settings,
    pub(crate) function: Arc<dyn Function>,
    pub(crate) destination: Option<Arc<dyn FailureDestination>>,
    pub(crate) observer: Arc<dyn Observer>,
    pub(crate) clock: Clock,
    pub(crate) lag_interval: Option<Duration>,
    pub(crate) patience: Option<u32>,
}

/// When a mapping ends by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// Never: when it is told to.
    Stopped,
    /// When everything is done that the partitions held when they were assigned.
    EndOffsets,
}

impl EventSourceMapping {
    /// A mapping that drops what fails for good, as Lambda does where there is no destination.
    ///
    /// # Errors
    /// When Lambda would refuse the settings.
    pub fn new(settings: Settings, function: Arc<dyn Function>) -> Result<Self, SettingsError> {
        settings.check()?;
        Ok(EventSourceMapping {
            settings,
            function,
            destination: None,
            observer: Arc::new(()),
            clock: Clock::system(),
            lag_interval: None,
            patience: None,
        })
    }

    /// Gives what fails for good to this destination, which `Settings::on_failure` names.
    #[must_use]
    pub fn on_failure(mut self, destination: Arc<dyn FailureDestination>) -> Self {
        self.destination = Some(destination);
        self
    }

    /// Tells an observer what happens.
    #[must_use]
    pub fn observed_by(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }

    /// Takes the time from this clock.
    #[must_use]
    pub fn with_clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Tells the observer every so often how far each partition is.
    #[must_use]
    pub fn with_lag_every(mut self, interval: Duration) -> Self {
        self.lag_interval = Some(interval);
        self
    }

    /// Ends with an error when the function has never answered anything and has just failed to do so
    /// this many times in a row: it is not there, it hangs, it crashes. Lambda would go on trying.
    #[must_use]
    pub fn with_patience(mut self, attempts: u32) -> Self {
        self.patience = Some(attempts);
        self
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads, invokes and commits until the end, or until it is told to stop: then what is in flight
    /// is waited for and committed, and nothing is tried again.
    ///
    /// # Errors
    /// When the source cannot go on, when the failure destination keeps failing, or when patience
    /// runs out. What is in flight is waited for and committed all the same.
    pub async fn run<S: Source>(
        &self,
        source: &mut S,
        until: Until,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Tally, MappingError> {
        Run::new(self, until).run(source, stop).await
    }
}

/// Why a mapping ended before it was told to. What was done by then is committed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MappingError {
    /// The source cannot go on.
    #[error(transparent)]
    Source(Box<dyn Error + Send + Sync>),
    /// What was done last could not be committed; it will come again.
    #[error("the last offsets could not be committed, their records will come again: {message}")]
    Commit {
        /// What the source said.
        message: String,
    },
    /// The failure destination refused a batch again and again.
    #[error(
        "a failed batch could not be stored in {destination}, tried {attempts} times: {message}; its records are not committed"
    )]
    Destination {
        /// Which one.
        destination: String,
        /// How often.
        attempts: u32,
        /// What it said last.
        message: String,
    },
    /// The function has never answered.
    #[error(
        "the function has not answered once in {attempts} attempts, the last of which ended in {message}; nothing was committed. Does it run, and is its timeout long enough?"
    )]
    NoAnswer {
        /// How often it was tried.
        attempts: u32,
        /// What came of the last attempt.
        message: String,
    },
}
