//! AWS endpoints for a test, with resources of its own on them.
//!
//! Where `MILLRACE_ENDPOINT_URL` is set they are those at that URL, whoever wrote them; else they
//! are embedded, and can be looked into and told to fail.

#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod in_process;
mod states;

pub(crate) use in_process::*;
pub(crate) use states::*;

use std::ops::Deref;
use std::time::Duration;

use analytics::dynamodb::{
    ALERTS, FEATURES, Rows, SESSIONS, STATE, States, TableDefinition, WINDOWS,
};
use analytics::{AlertTopic, Clients, InFlight, TableNames};
use aws_sdk_sqs::types::QueueAttributeName;
use millrace_lambda::DeadLetterQueue;
use millrace_shared::delivery::{Deadline, Retry};
use millrace_shared::settings::Settings;
use millrace_tests::Site;

/// The name that the function has in tests.
pub(crate) const FUNCTION: &str = "analytics";
const DAY: Duration = Duration::from_hours(24);

/// A site and the clients of `analytics` for it.
pub(crate) struct Aws {
    site: Site,
    pub(crate) clients: Clients,
}

impl Deref for Aws {
    type Target = Site;

    fn deref(&self) -> &Site {
        &self.site
    }
}

/// Resources that no other test uses.
pub(crate) struct Resources {
    pub(crate) tables: TableNames,
    pub(crate) topic_arn: String,
    pub(crate) queue_url: String,
}

impl Resources {
    /// The variables that lead the function to them.
    pub(crate) fn variables(&self) -> [(&'static str, &str); 7] {
        [
            ("STATE_TABLE", &self.tables.state),
            ("SESSIONS_TABLE", &self.tables.sessions),
            ("WINDOWS_TABLE", &self.tables.windows),
            ("ALERTS_TABLE", &self.tables.alerts),
            ("FEATURES_TABLE", &self.tables.features),
            ("ALERT_TOPIC_ARN", &self.topic_arn),
            ("DEAD_LETTER_QUEUE_URL", &self.queue_url),
        ]
    }
}

impl Aws {
    /// Those at `MILLRACE_ENDPOINT_URL`, or embedded ones.
    pub(crate) async fn any() -> Self {
        Self::at(Site::any().await).await
    }

    /// Embedded ones.
    pub(crate) async fn embedded() -> Self {
        Self::at(Site::embedded().await).await
    }

    async fn at(site: Site) -> Self {
        let clients = Clients::new(&site.sdk_config().await);
        Self { site, clients }
    }

    /// Tables, a topic and a queue; the latter two with this ending of their names.
    pub(crate) async fn resources(&self, ending: &str) -> Resources {
        let id = fastrand::u32(..);
        let tables = TableNames {
            state: format!("state-{id}"),
            sessions: format!("sessions-{id}"),
            windows: format!("windows-{id}"),
            alerts: format!("alerts-{id}"),
            features: format!("features-{id}"),
        };
        self.create_table(&STATE, &tables.state).await;
        self.create_table(&SESSIONS, &tables.sessions).await;
        self.create_table(&WINDOWS, &tables.windows).await;
        self.create_table(&ALERTS, &tables.alerts).await;
        self.create_table(&FEATURES, &tables.features).await;
        Resources {
            tables,
            topic_arn: self.create_topic(&format!("alerts-{id}{ending}")).await,
            queue_url: self.create_queue(&format!("dead-{id}{ending}")).await,
        }
    }

    async fn create_table(&self, definition: &TableDefinition, name: &str) {
        definition.create_table(&self.clients.dynamodb, name).unwrap().send().await.unwrap();
    }

    async fn create_topic(&self, name: &str) -> String {
        let mut request = self.clients.sns.create_topic().name(name);
        if name.ends_with("fifo") {
            request = request.attributes("FifoTopic", "true");
        }
        request.send().await.unwrap().topic_arn.unwrap()
    }

    pub(crate) async fn create_queue(&self, name: &str) -> String {
        let mut request = self.clients.sqs.create_queue().queue_name(name);
        if name.ends_with("fifo") {
            request = request.attributes(QueueAttributeName::FifoQueue, "true");
        }
        request.send().await.unwrap().queue_url.unwrap()
    }

    pub(crate) fn states(&self, table: &str) -> States {
        States::new(self.clients.dynamodb.clone(), table, DAY, IN_FLIGHT, retry())
    }

    pub(crate) fn rows(&self, tables: &TableNames) -> Rows {
        let (client, settings) = (self.clients.dynamodb.clone(), Settings::default());
        Rows::new(client, tables.clone(), &settings, IN_FLIGHT, retry())
    }

    pub(crate) fn topic(&self, arn: &str) -> AlertTopic {
        AlertTopic::new(self.clients.sns.clone(), arn, IN_FLIGHT, retry())
    }

    pub(crate) fn dead_letters(&self, url: &str) -> DeadLetterQueue {
        DeadLetterQueue::new(self.clients.sqs.clone(), url, FUNCTION, IN_FLIGHT.messages, retry())
    }
}

const IN_FLIGHT: InFlight = InFlight { reads: 2, writes: 2, messages: 2 };

/// No test waits for its turn to try again.
pub(crate) fn retry() -> Retry {
    Retry::new(Box::new(|| 0.0))
}

/// Far enough away for anything that works at all.
pub(crate) fn deadline() -> Deadline {
    Deadline::after(Duration::from_mins(1))
}
