//! The functions that can be run here.

use std::fmt;

use clap::ValueEnum;

use crate::stack::Resources;

/// A Lambda function of this workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Function {
    /// MSK batches to alerts and live tables.
    Analytics,
}

impl Function {
    /// Its name: of the package, of the binary, and in Lambda.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
        }
    }

    /// The environment variables that lead it to these resources.
    pub(crate) fn environment(self, resources: &Resources) -> Vec<(&'static str, String)> {
        match self {
            Self::Analytics => vec![
                ("MILLRACE_ENDPOINT_URL", resources.endpoint_url.clone()),
                ("STATE_TABLE", resources.tables.state.clone()),
                ("SESSIONS_TABLE", resources.tables.sessions.clone()),
                ("WINDOWS_TABLE", resources.tables.windows.clone()),
                ("ALERTS_TABLE", resources.tables.alerts.clone()),
                ("ALERT_TOPIC_ARN", resources.alert_topic_arn.clone()),
                ("DEAD_LETTER_QUEUE_URL", resources.dead_letter_queue_url.clone()),
                ("METRICS_NAMESPACE", resources.metrics_namespace.clone()),
            ],
        }
    }
}

impl fmt::Display for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}
