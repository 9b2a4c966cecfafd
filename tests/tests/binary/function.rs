//! The function process of one test, its endpoints, and a few events.

use std::path::PathBuf;
use std::time::Duration;

use millrace_runtime_api::{FunctionProcess, FunctionSpec, Outcome, function_binary};
use serde_json::{Value, json};

use crate::support::{Aws, FUNCTION, Resources};

/// 2026-01-05T12:00:00Z.
pub(crate) const NOON: i64 = 1_767_614_400_000;

/// A function process with endpoints and resources of its own.
pub(crate) struct Function {
    pub(crate) aws: Aws,
    pub(crate) resources: Resources,
    pub(crate) process: FunctionProcess,
}

impl Function {
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Started with these variables instead of, or besides, those that it needs.
    pub(crate) async fn start_with(variables: &[(&str, &str)]) -> Self {
        let aws = Aws::embedded().await;
        let resources = aws.resources("").await;
        // One alert a payment is easier to count than two.
        let mut spec = spec(&aws, &resources).await.with_env("DETECTORS_OFF", "velocity");
        for (name, value) in variables {
            spec.env.retain(|(set, _)| set != name);
            spec = spec.with_env(*name, *value);
        }
        let process = FunctionProcess::start(spec).await.unwrap();
        Self { aws, resources, process }
    }

    /// The answer to an event, which must be one.
    pub(crate) async fn answer(&self, event: &Value) -> Value {
        let outcome = self.process.invoke(event.to_string()).await.unwrap().outcome;
        let Outcome::Response(response) = &outcome else { panic!("{outcome}") };
        serde_json::from_slice(response).unwrap()
    }

    /// The offsets that the answer to an event reports, and of what.
    pub(crate) async fn reported(&self, event: &Value) -> Vec<(String, i64)> {
        let answer = self.answer(event).await;
        let identifier = |failure: &Value| {
            let identifier = &failure["itemIdentifier"];
            let partition = identifier["partition"].as_str().unwrap().to_owned();
            (partition, identifier["offset"].as_i64().unwrap())
        };
        answer["batchItemFailures"].as_array().unwrap().iter().map(identifier).collect()
    }

    /// The state of an entity, as it stands in the table.
    pub(crate) async fn transactions_of(&self, user: &str) -> Option<u64> {
        let key = aws_sdk_dynamodb::types::AttributeValue::S(format!("user#{user}"));
        let request = self.aws.clients.dynamodb.get_item().table_name(&self.resources.tables.state);
        let item = request.key("entity", key).consistent_read(true).send().await.unwrap().item?;
        Some(item["transactions"].as_n().unwrap().parse().unwrap())
    }

    /// The identifiers of the alerts published, sorted.
    pub(crate) fn published(&self) -> Vec<String> {
        let messages = self.aws.endpoints().published();
        let id = |message: &str| {
            let alert: Value = serde_json::from_str(message).unwrap();
            alert["id"].as_str().unwrap().to_owned()
        };
        let mut ids: Vec<String> =
            messages.iter().map(|published| id(&published.message)).collect();
        ids.sort_unstable();
        ids
    }
}

/// The function with everything that it needs to be told.
pub(crate) async fn spec(aws: &Aws, resources: &Resources) -> FunctionSpec {
    let spec = FunctionSpec::new(FUNCTION, binary().await)
        .with_timeout(Duration::from_secs(30))
        .with_env("AWS_REGION", millrace_tests::REGION)
        .with_env("MILLRACE_ENDPOINT_URL", aws.url());
    resources.variables().into_iter().fold(spec, |spec, (name, value)| spec.with_env(name, value))
}

async fn binary() -> PathBuf {
    tokio::task::spawn_blocking(|| function_binary(FUNCTION)).await.unwrap().unwrap()
}

/// A payment above the limit: one alert, `high_value`.
pub(crate) fn payment(user: &str, offset: i64) -> Value {
    let value = json!({
        "userId": user, "amount": 50_000, "currency": "EUR", "timestamp": NOON, "secret": "s3cr3t",
    });
    record(offset, &value.to_string())
}

/// A record of the topic `transactions` with this value.
pub(crate) fn record(offset: i64, value: &str) -> Value {
    json!({
        "topic": "transactions", "partition": 0, "offset": offset,
        "timestamp": NOON, "timestampType": "CREATE_TIME",
        "value": base64_simd::STANDARD.encode_to_string(value),
        "headers": [],
    })
}

/// An event of these records.
pub(crate) fn event(records: &[Value]) -> Value {
    json!({
        "eventSource": "aws:kafka",
        "eventSourceArn": "arn:aws:kafka:eu-central-1:123456789012:cluster/test/1",
        "bootstrapServers": "b-1:9098",
        "records": { "transactions-0": records },
    })
}
