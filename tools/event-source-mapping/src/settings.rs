//! What an event source mapping is told.

use std::time::Duration;

use millrace_kafka_event::EventSource;

use crate::destination::Destination;
use crate::filter::Filters;

/// The most records of one batch.
pub const MAX_BATCH_SIZE: usize = 10_000;
/// The longest window.
pub const MAX_WINDOW: Duration = Duration::from_mins(5);
/// The most retries that can be asked for, infinite ones apart.
pub const MAX_RETRIES: u32 = 10_000;
/// Retries where they are to be infinite and there is a destination for what fails.
const RETRIES_BEFORE_DESTINATION: u32 = 10;
/// How many invocations one poller keeps going at once.
pub const INVOCATIONS_PER_POLLER: usize = 5;

/// The settings of a mapping, named as AWS names them. [`Settings::new`] has Lambda's defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// `Topics`: the one topic it reads.
    pub topic: String,
    /// `ConsumerGroupId`.
    pub group_id: String,
    /// `StartingPosition`: where a group begins that has committed nothing yet.
    pub starting_position: StartingPosition,
    /// `BatchSize`: the most records of one batch, 1 to 10,000.
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`: how long a batch is gathered for, up to 5 minutes.
    pub window: Duration,
    /// `MaximumRetryAttempts`: how often a batch is tried again; `None` is without end (-1), see
    /// [`Settings::retry_limit`].
    pub retries: Option<u32>,
    /// `MaximumRecordAgeInSeconds`: a record that is older is not handed to the function any more;
    /// `None` for any age (-1).
    pub max_record_age: Option<Duration>,
    /// `BisectBatchOnFunctionError`: halve a batch that fails.
    pub bisect: bool,
    /// `FunctionResponseTypes: [ReportBatchItemFailures]`: whether the function's answer is looked
    /// at, and how it is read.
    pub partial_failures: Option<PartialFailures>,
    /// `FilterCriteria`.
    pub filters: Filters,
    /// `DestinationConfig.OnFailure`.
    pub on_failure: Option<Destination>,
    /// `ProvisionedPollerConfig.MaximumPollers`: each keeps up to five invocations going, of
    /// different partitions.
    pub pollers: usize,
    /// What events say they come from.
    pub event_source: EventSource,
    /// What is told about the function together with a batch that is given up.
    pub function_arn: String,
    /// How long to wait before trying again.
    pub backoff: Backoff,
}

/// Where a consumer group begins that has committed nothing yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartingPosition {
    /// `TRIM_HORIZON`: at the oldest record.
    TrimHorizon,
    /// `LATEST`: with what comes from now on.
    Latest,
    /// `AT_TIMESTAMP`: at the first record of this time (epoch milliseconds) or later.
    AtTimestamp(i64),
}

/// How a function's list of failed records is read. AWS's documents can be read both ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PartialFailures {
    /// Only the listed records come again; every other one is done. The stricter reading: a
    /// function that stops at a failure and lists that record alone loses the ones behind it.
    #[default]
    ListedOnly,
    /// In each partition all records from the lowest listed one on come again.
    FromLowestListed,
}

/// Waits that double from one retry to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Before the first retry.
    pub initial: Duration,
    /// At most.
    pub max: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Backoff { initial: Duration::from_millis(500), max: Duration::from_secs(30) }
    }
}

impl Backoff {
    /// The wait before a retry that follows so many failures in a row, one or more.
    pub fn wait(&self, failures: u32) -> Duration {
        let doubled = 2_u32.checked_pow(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        self.initial.saturating_mul(doubled).min(self.max)
    }
}

impl Settings {
    /// Lambda's defaults for a topic and a group: batches of 100, a window of 500 ms, retries
    /// without end, no partial failures.
    pub fn new(topic: impl Into<String>, group_id: impl Into<String>) -> Self {
        Settings {
            topic: topic.into(),
            group_id: group_id.into(),
            starting_position: StartingPosition::TrimHorizon,
            batch_size: 100,
            window: Duration::from_millis(500),
            retries: None,
            max_record_age: None,
            bisect: false,
            partial_failures: None,
            filters: Filters::default(),
            on_failure: None,
            pollers: 1,
            event_source: EventSource::default(),
            function_arn: "arn:aws:lambda:us-east-1:123456789012:function:function".to_owned(),
            backoff: Backoff::default(),
        }
    }

    /// How often a batch is tried again before it is given up; `None` is without end, which with a
    /// destination for what fails Lambda cuts to ten.
    pub fn retry_limit(&self) -> Option<u32> {
        match self.retries {
            None if self.on_failure.is_some() => Some(RETRIES_BEFORE_DESTINATION),
            retries => retries,
        }
    }

    /// How many invocations go on at once. Partitions are the other limit: each has one at a time.
    pub fn concurrency(&self) -> usize {
        self.pollers.saturating_mul(INVOCATIONS_PER_POLLER).max(1)
    }

    /// Whether Lambda would accept them.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        let refuse = |setting, range, given: String| {
            Err(SettingsError::OutOfRange { setting, range, given })
        };
        if self.topic.is_empty() {
            return Err(SettingsError::NoTopic);
        }
        if self.group_id.is_empty() || self.group_id.len() > 200 {
            let length = format!("{} characters", self.group_id.len());
            return refuse("the consumer group's id", "1 to 200 characters", length);
        }
        if self.batch_size == 0 || self.batch_size > MAX_BATCH_SIZE {
            return refuse("the batch size", "1 to 10000", self.batch_size.to_string());
        }
        if self.window > MAX_WINDOW {
            return refuse("the window", "0 to 300 s", format!("{} s", self.window.as_secs_f64()));
        }
        if let Some(retries) = self.retries.filter(|retries| *retries > MAX_RETRIES) {
            return refuse("the retries", "0 to 10000, or -1", retries.to_string());
        }
        if self.pollers == 0 || self.pollers > 2_000 {
            return refuse("the pollers", "1 to 2000", self.pollers.to_string());
        }
        match &self.on_failure {
            Some(Destination::Kafka { topic }) if *topic == self.topic => {
                Err(SettingsError::Recursion { topic: topic.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Settings that Lambda would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// There is no topic.
    #[error("the mapping has no topic; name one")]
    NoTopic,
    /// A number that is too large or too small.
    #[error("{setting} must be {range}, and it is {given}")]
    OutOfRange {
        /// Which one.
        setting: &'static str,
        /// What it must be.
        range: &'static str,
        /// What it is.
        given: String,
    },
    /// What fails would come back.
    #[error(
        "failed batches cannot go to `{topic}`, the topic that they come from; name another one"
    )]
    Recursion {
        /// The topic.
        topic: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "Infinite retries together with any on-failure destination are capped at 10 retries."
    #[test]
    fn retries_end_where_there_is_a_destination() {
        let mut settings = Settings::new("orders", "group");
        assert_eq!(settings.retry_limit(), None);
        settings.on_failure = Some(Destination::Kafka { topic: "failed".to_owned() });
        assert_eq!(settings.retry_limit(), Some(10));
        settings.retries = Some(3);
        assert_eq!(settings.retry_limit(), Some(3));
    }

    #[test]
    fn waits_double_up_to_the_limit() {
        let backoff = Backoff::default();
        let waits = [1, 2, 3, 7, 100].map(|failures| backoff.wait(failures).as_millis());
        assert_eq!(waits, [500, 1_000, 2_000, 30_000, 30_000]);
    }

    #[test]
    fn what_lambda_refuses_is_refused() {
        let valid = Settings::new("orders", "group");
        assert_eq!(valid.check(), Ok(()));
        let refused = [
            Settings { topic: String::new(), ..valid.clone() },
            Settings { group_id: String::new(), ..valid.clone() },
            Settings { group_id: "g".repeat(201), ..valid.clone() },
            Settings { batch_size: 0, ..valid.clone() },
            Settings { batch_size: 10_001, ..valid.clone() },
            Settings { window: Duration::from_secs(301), ..valid.clone() },
            Settings { retries: Some(10_001), ..valid.clone() },
            Settings { pollers: 0, ..valid.clone() },
            Settings {
                on_failure: Some(Destination::Kafka { topic: "orders".to_owned() }),
                ..valid.clone()
            },
        ];
        for settings in refused {
            assert!(settings.check().is_err(), "{settings:?}");
        }
        let message = Settings { batch_size: 0, ..valid }.check().unwrap_err().to_string();
        assert_eq!(message, "the batch size must be 1 to 10000, and it is 0");
    }
}
