//! Where the functions run: endpoints on loopback, with everything in them that they need.

use std::path::PathBuf;
use std::time::Duration;

use analytics::TableNames;
use analytics::dynamodb::{ALERTS, SESSIONS, STATE, TableDefinition, WINDOWS};
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_firehose::types::ExtendedS3DestinationConfiguration;
use millrace_endpoints::{Endpoints, Fault, FaultKind, Service};
use millrace_lambda::GLIBC_TUNABLES;
use millrace_runtime_api::FunctionSpec;

use crate::error::BenchError;

const REGION: &str = "us-east-1";
const ARCHIVE: &str = "archive";
/// Longer than any batch takes on endpoints that share two cores with everything else.
const TIMEOUT: Duration = Duration::from_mins(2);

/// The endpoints, and what there is in them.
pub struct World {
    /// The endpoints.
    pub endpoints: Endpoints,
    tables: TableNames,
    topic_arn: String,
    queue_url: String,
}

impl World {
    /// Starts endpoints with tables, topic, queue, stream and bucket.
    pub async fn start() -> Result<Self, BenchError> {
        let endpoints = Endpoints::start().await?;
        let config = sdk_config(endpoints.url());
        let tables = TableNames {
            state: "state".to_owned(),
            sessions: "sessions".to_owned(),
            windows: "windows".to_owned(),
            alerts: "alerts".to_owned(),
            features: "features".to_owned(),
        };
        let dynamodb = aws_sdk_dynamodb::Client::new(&config);
        create_table(&dynamodb, &STATE, &tables.state).await?;
        create_table(&dynamodb, &SESSIONS, &tables.sessions).await?;
        create_table(&dynamodb, &WINDOWS, &tables.windows).await?;
        create_table(&dynamodb, &ALERTS, &tables.alerts).await?;
        let topic = aws_sdk_sns::Client::new(&config).create_topic().name("alerts").send().await;
        let topic = topic.map_err(BenchError::aws("CreateTopic"))?;
        let queue = aws_sdk_sqs::Client::new(&config).create_queue().queue_name("dead").send();
        let queue = queue.await.map_err(BenchError::aws("CreateQueue"))?;
        create_archive(&config).await?;
        Ok(Self {
            endpoints,
            tables,
            topic_arn: topic.topic_arn.unwrap_or_default(),
            queue_url: queue.queue_url.unwrap_or_default(),
        })
    }

    /// Lets every request wait this long before it is answered.
    pub fn set_latency(&self, latency: Duration) -> Result<(), BenchError> {
        self.endpoints.clear_faults();
        if latency.is_zero() {
            return Ok(());
        }
        for service in Service::ALL {
            let late = Fault::of_service(service, FaultKind::Latency(latency));
            self.endpoints.inject(late.times(u32::MAX))?;
        }
        Ok(())
    }

    /// What Firehose has taken so far, in records, bytes, and bytes as they are billed.
    pub fn archived(&self) -> Archived {
        let stream = self.endpoints.delivery_stream(ARCHIVE);
        let records = stream.map(|stream| stream.records).unwrap_or_default();
        let sizes = records.iter().map(|record| record.len() as u64);
        sizes.fold(Archived::default(), |sum, size| Archived {
            records: sum.records + 1,
            bytes: sum.bytes + size,
            billed_bytes: sum.billed_bytes + size.next_multiple_of(Archived::STEP),
        })
    }

    /// `analytics`, with the variables that lead it to its tables, topic and queue.
    pub fn analytics(&self, binary: PathBuf) -> FunctionSpec {
        self.function("analytics", binary)
            .with_env("STATE_TABLE", &self.tables.state)
            .with_env("SESSIONS_TABLE", &self.tables.sessions)
            .with_env("WINDOWS_TABLE", &self.tables.windows)
            .with_env("ALERTS_TABLE", &self.tables.alerts)
            .with_env("FEATURES_TABLE", &self.tables.features)
            .with_env("ALERT_TOPIC_ARN", &self.topic_arn)
    }

    /// `relay`, with the variables that lead it to its stream, bucket and queue.
    pub fn relay(&self, binary: PathBuf) -> FunctionSpec {
        self.function("relay", binary)
            .with_env("ARCHIVE_BUCKET", ARCHIVE)
            .with_env("STREAM_NAME", ARCHIVE)
    }

    fn function(&self, name: &str, binary: PathBuf) -> FunctionSpec {
        FunctionSpec::new(name, binary)
            .with_timeout(TIMEOUT)
            .with_env("AWS_REGION", REGION)
            .with_env("MILLRACE_ENDPOINT_URL", self.endpoints.url())
            .with_env("DEAD_LETTER_QUEUE_URL", &self.queue_url)
            .with_env(GLIBC_TUNABLES.0, GLIBC_TUNABLES.1)
    }
}

/// What Firehose has taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Archived {
    /// Firehose records.
    pub records: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Their bytes, each record's rounded up to 5 KB.
    pub billed_bytes: u64,
}

impl Archived {
    /// What Firehose rounds each record up to.
    const STEP: u64 = 5 * 1_024;
}

/// Built by hand rather than from the environment: whatever profile somebody has set up must not
/// lead to a real account.
fn sdk_config(url: &str) -> SdkConfig {
    let credentials = Credentials::new("test", "test", None, None, "bench");
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static(REGION))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(url)
        .build()
}

async fn create_table(
    client: &aws_sdk_dynamodb::Client,
    definition: &TableDefinition,
    name: &str,
) -> Result<(), BenchError> {
    let request = definition.create_table(client, name).map_err(BenchError::aws("CreateTable"))?;
    request.send().await.map_err(BenchError::aws("CreateTable"))?;
    Ok(())
}

async fn create_archive(config: &SdkConfig) -> Result<(), BenchError> {
    // One URL has no host name for each bucket.
    let s3 = aws_sdk_s3::config::Builder::from(config).force_path_style(true).build();
    let created = aws_sdk_s3::Client::from_conf(s3).create_bucket().bucket(ARCHIVE).send().await;
    created.map_err(BenchError::aws("CreateBucket"))?;
    let destination = ExtendedS3DestinationConfiguration::builder()
        .role_arn("arn:aws:iam::000000000000:role/firehose")
        .bucket_arn(format!("arn:aws:s3:::{ARCHIVE}"))
        .build()
        .map_err(BenchError::aws("CreateDeliveryStream"))?;
    let firehose = aws_sdk_firehose::Client::new(config);
    let request = firehose.create_delivery_stream().delivery_stream_name(ARCHIVE);
    let request = request.extended_s3_destination_configuration(destination).send();
    Box::pin(request).await.map_err(BenchError::aws("CreateDeliveryStream"))?;
    Ok(())
}
