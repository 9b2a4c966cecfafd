//! The functions that can be run here.

use std::fmt;

use clap::ValueEnum;

use crate::stack::Resources;

/// A Lambda function of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum Function {
    /// MSK batches to alerts and live tables.
    Analytics,
    /// Every record to Firehose, and so to S3.
    Relay,
}

impl Function {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::Analytics, Self::Relay];

    /// Its name: of the package, of the binary, and in Lambda.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
            Self::Relay => "relay",
        }
    }

    /// The environment variables that lead it to these resources.
    pub(crate) fn environment(self, resources: &Resources) -> Vec<(&'static str, String)> {
        let mut variables = vec![
            ("MILLRACE_ENDPOINT_URL", resources.endpoint_url.clone()),
            ("DEAD_LETTER_QUEUE_URL", resources.dead_letter_queue_url.clone()),
            ("METRICS_NAMESPACE", resources.metrics_namespace.clone()),
        ];
        match self {
            Self::Analytics => variables.extend([
                ("STATE_TABLE", resources.tables.state.clone()),
                ("SESSIONS_TABLE", resources.tables.sessions.clone()),
                ("WINDOWS_TABLE", resources.tables.windows.clone()),
                ("ALERTS_TABLE", resources.tables.alerts.clone()),
                ("FEATURES_TABLE", resources.tables.features.clone()),
                ("ALERT_TOPIC_ARN", resources.alert_topic_arn.clone()),
            ]),
            Self::Relay => variables.extend([
                ("ARCHIVE_BUCKET", resources.archive.bucket.clone()),
                ("STREAM_NAME", resources.archive.stream.clone()),
            ]),
        }
        variables
    }
}

impl fmt::Display for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
