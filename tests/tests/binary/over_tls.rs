//! The function talks TLS, as it does to AWS, and only to whom the machine's authorities vouch for.

use std::path::PathBuf;
use std::time::Duration;

use millrace_endpoints::{OverTls, Service};
use millrace_runtime_api::FunctionProcess;
use serde_json::Value;
use tempfile::TempDir;

use crate::function::{Function, event, payment, spec};
use crate::support::Aws;

#[tokio::test]
async fn all_services_are_asked_over_tls() {
    let aws = Aws::embedded().await;
    let at = aws.endpoints().listen_over_tls().await.unwrap();
    let (_folder, authority) = file(&at);
    let function = function(aws, &at, authority).await;
    let poison = crate::function::record(1, "not JSON");
    assert_eq!(function.reported(&event(&[payment("anna", 0), poison])).await, []);
    assert_eq!(function.transactions_of("anna").await, Some(1));
    assert_eq!(function.published().len(), 1);
    assert_eq!(function.aws.endpoints().queue_messages(&function.resources.queue_url).len(), 1);
    assert_eq!(function.aws.count(Service::CloudWatch, "PutMetricData").requests, 1);
}

#[tokio::test]
async fn nothing_is_said_to_endpoints_that_no_known_authority_vouches_for() {
    let (aws, somebody_else) = (Aws::embedded().await, Aws::embedded().await);
    let at = aws.endpoints().listen_over_tls().await.unwrap();
    let elsewhere = somebody_else.endpoints().listen_over_tls().await.unwrap();
    let (_folder, authority) = file(&elsewhere);
    let function = function(aws, &at, authority).await;
    let before = function.aws.endpoints().requests();

    let event = event(&[payment("anna", 0)]).to_string();
    let deadline = Duration::from_secs(2);
    let outcome = function.process.invoke_with_deadline(event, deadline).await.unwrap().outcome;
    let answer: Value = serde_json::from_slice(outcome.response().unwrap()).unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    assert_eq!(function.aws.endpoints().requests(), before);
    let log = function.process.log_lines().join("\n");
    assert!(log.contains("BatchGetItem") && !log.contains("s3cr3t"), "{log}");
}

/// A function at these endpoints that trusts the authority in a file and no other.
async fn function(aws: Aws, at: &OverTls, authority: PathBuf) -> Function {
    let resources = aws.resources("").await;
    let spec = spec(&aws, &resources)
        .await
        .with_env("DETECTORS_OFF", "velocity")
        .with_env("MILLRACE_ENDPOINT_URL", &at.url)
        .with_env("SSL_CERT_FILE", authority.display().to_string());
    let process = FunctionProcess::start(spec).await.unwrap();
    Function { aws, resources, process }
}

/// The authority's certificate in a file, in a folder that is there as long as it is kept.
fn file(at: &OverTls) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authority.pem");
    std::fs::write(&path, &at.authority).unwrap();
    (folder, path)
}
