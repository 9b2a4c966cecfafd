//! What the function is told by its environment variables, read once at start-up.
//!
//! Whatever is wrong is found before the first batch, and all of it at once: a function that is not
//! told what it needs refuses to start.

mod settings;
mod topics;
mod variables;

#[cfg(test)]
mod tests;

use std::time::Duration;

use millrace_lambda::config::{ConfigError, Reader, Variable, is_namespace, is_url};
use millrace_shared::commit::{OnSuspiciousDuplicate, Topics};
use millrace_shared::settings::Settings;

use crate::dynamodb::OnUnreadable;
pub use variables::VARIABLES;
use variables::{
    ALERT_TOPIC_ARN, ALERTS_TABLE, CALIBRATION_REFRESH_SECONDS, CLUSTER_NAME,
    DEAD_LETTER_QUEUE_URL, DEADLINE_MARGIN_MS, FEATURES_TABLE, MESSAGES_IN_FLIGHT,
    METRICS_NAMESPACE, MILLRACE_ENDPOINT_URL, ON_SUSPICIOUS_DUPLICATE, ON_UNREADABLE_STATE,
    PARTIAL_FAILURES, READS_IN_FLIGHT, SESSIONS_TABLE, STATE_RETENTION_DAYS, STATE_TABLE,
    WINDOWS_TABLE, WRITES_IN_FLIGHT,
};

/// Everything that the function is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// The tables' names.
    pub tables: TableNames,
    /// The SNS topic for alerts.
    pub alert_topic_arn: String,
    /// The SQS queue for dead records.
    pub dead_letter_queue_url: String,
    /// What each Kafka topic holds.
    pub topics: Topics,
    /// The cluster's name; none for what the event says.
    pub cluster: Option<String>,
    /// Whether Lambda reads which records failed.
    pub partial_failures: bool,
    /// What to do with records of a topic that seems to have been created again.
    pub on_suspicious: OnSuspiciousDuplicate,
    /// What to do with a stored state that cannot be read.
    pub on_unreadable: OnUnreadable,
    /// How long before the function's timeout work stops.
    pub deadline_margin: Duration,
    /// The namespace of the metrics.
    pub metrics_namespace: String,
    /// Where AWS is; none for AWS itself.
    pub endpoint_url: Option<String>,
    /// How many requests may be under way.
    pub in_flight: InFlight,
    /// How old the calibration may be that payments are scored by.
    pub calibration_refresh: Duration,
    /// How long a state is kept after it was last written.
    pub state_retention: Duration,
    /// Thresholds and periods.
    pub settings: Settings,
}

/// The names of the tables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableNames {
    /// The table of states.
    pub state: String,
    /// The table of closed sessions.
    pub sessions: String,
    /// The table of closed windows.
    pub windows: String,
    /// The table of alerts.
    pub alerts: String,
    /// The table of features.
    pub features: String,
}

/// How many requests may be under way at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InFlight {
    /// Reads of states.
    pub reads: usize,
    /// Writes of states, and of rows.
    pub writes: usize,
    /// Requests to SNS, and to SQS.
    pub messages: usize,
}

impl Config {
    /// Reads the environment of the process.
    pub fn from_environment() -> Result<Self, ConfigError> {
        Self::read(&|name| std::env::var(name).ok())
    }

    /// Reads variables from wherever `lookup` finds them.
    pub fn read(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(lookup);
        let config = Self {
            tables: TableNames {
                state: reader.text(STATE_TABLE, is_table_name),
                sessions: reader.text(SESSIONS_TABLE, is_table_name),
                windows: reader.text(WINDOWS_TABLE, is_table_name),
                alerts: reader.text(ALERTS_TABLE, is_table_name),
                features: reader.text(FEATURES_TABLE, is_table_name),
            },
            alert_topic_arn: reader.text(ALERT_TOPIC_ARN, is_topic_arn),
            dead_letter_queue_url: reader.text(DEAD_LETTER_QUEUE_URL, is_url),
            topics: topics::read(&mut reader),
            cluster: reader.optional(CLUSTER_NAME, |_| true),
            partial_failures: reader.choice(PARTIAL_FAILURES, &[("on", true), ("off", false)]),
            on_suspicious: reader.choice(
                ON_SUSPICIOUS_DUPLICATE,
                &[
                    ("report", OnSuspiciousDuplicate::Report),
                    ("apply", OnSuspiciousDuplicate::Apply),
                ],
            ),
            on_unreadable: reader.choice(
                ON_UNREADABLE_STATE,
                &[("report", OnUnreadable::Report), ("start-afresh", OnUnreadable::StartAfresh)],
            ),
            deadline_margin: reader.period(
                DEADLINE_MARGIN_MS,
                Duration::from_millis(1),
                100..=60_000,
            ),
            metrics_namespace: reader.text(METRICS_NAMESPACE, is_namespace),
            endpoint_url: reader.optional(MILLRACE_ENDPOINT_URL, is_url),
            in_flight: InFlight {
                reads: in_flight(&mut reader, READS_IN_FLIGHT),
                writes: in_flight(&mut reader, WRITES_IN_FLIGHT),
                messages: in_flight(&mut reader, MESSAGES_IN_FLIGHT),
            },
            calibration_refresh: reader.period(
                CALIBRATION_REFRESH_SECONDS,
                Duration::from_secs(1),
                0..=3_600,
            ),
            state_retention: reader.period(STATE_RETENTION_DAYS, settings::DAY, 1..=3_650),
            settings: settings::read(&mut reader),
        };
        reader.finish(config)
    }
}

fn in_flight(reader: &mut Reader<'_>, variable: Variable) -> usize {
    reader.read(variable, |text| text.parse().ok().filter(|count| (1..=64).contains(count)))
}

/// The rule of `DynamoDB`. It also keeps a quotation mark out of a statement's text.
fn is_table_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (3..=255).contains(&name.len()) && name.bytes().all(allowed)
}

fn is_topic_arn(arn: &str) -> bool {
    let parts: Vec<&str> = arn.split(':').collect();
    matches!(parts[..], ["arn", _, "sns", _, _, name] if !name.is_empty())
}
