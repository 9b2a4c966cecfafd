//! What the function refuses, and how it says so.

use millrace_runtime_api::{FunctionProcess, Outcome};

use crate::function::{Function, spec};
use crate::support::Aws;

#[tokio::test]
async fn it_refuses_to_start_without_its_configuration_and_names_every_variable() {
    let aws = Aws::embedded().await;
    let resources = aws.resources("").await;
    let mut spec = spec(&aws, &resources).await.with_env("RAPID_CLICKS_COUNT", "many");
    spec.env.retain(|(name, _)| name != "STATE_TABLE");
    let error = FunctionProcess::start(spec).await.err().unwrap().to_string();
    assert!(
        error.contains("STATE_TABLE is not set; set it to the name of the DynamoDB table"),
        "{error}"
    );
    assert!(error.contains("RAPID_CLICKS_COUNT is `many`; set it to"), "{error}");
}

#[tokio::test]
async fn an_event_that_is_no_batch_of_kafka_records_is_an_error_that_says_so() {
    let function = Function::start().await;
    let event = r#"{"Records":[{"eventSource":"aws:sqs","body":"s3cr3t"}]}"#;
    let outcome = function.process.invoke(event).await.unwrap().outcome;
    let Outcome::FunctionError { error_type, message, .. } = outcome else { panic!("{outcome}") };
    assert_eq!(error_type, "NotAnMskEvent");
    assert!(message.contains("not an MSK event") && !message.contains("s3cr3t"), "{message}");
}
