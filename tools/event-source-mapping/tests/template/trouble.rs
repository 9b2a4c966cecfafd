//! What is refused, and how it is told.

use crate::*;

#[test]
fn what_is_no_template_or_has_no_kafka_is_told() {
    let error = |yaml| read(yaml).unwrap_err().to_string();
    assert!(error("a: [").starts_with("it is no YAML: "));
    assert_eq!(
        error("a: 1"),
        "it has no `Resources`, so it is no template of CloudFormation or SAM"
    );
    assert!(
        error("Resources: { Q: { Type: AWS::SQS::Queue } }")
            .starts_with("it has no Kafka event source: no resource of type")
    );
    let sqs = "Resources: { M: { Type: AWS::Lambda::EventSourceMapping, Properties: { EventSourceArn: q } } }";
    assert!(error(sqs).starts_with("it has no Kafka event source"));
    // What cannot be told of a resource without Kafka is no concern.
    let other = "Parameters: { P: { Type: String } }\nConditions: { C: !Equals [!Ref P, x] }\nResources: { Q: { Type: AWS::SQS::Queue, Condition: C } }";
    assert!(error(other).starts_with("it has no Kafka event source"));
}

#[test]
fn properties_out_of_range_are_told_with_their_place() {
    let place = "Resources.Mapping.Properties";
    let provisioned = "ProvisionedPollerConfig: { MaximumPollers: 1 }\n";
    for (lines, expected) in [
        (
            "BatchSize: 10001".to_owned(),
            format!("{place}: the batch size must be 1 to 10000, and it is 10001"),
        ),
        (
            "BatchSize: many".to_owned(),
            format!("{place}.BatchSize: it should be a number, and is \"many\""),
        ),
        (
            "StartingPosition: NOW".to_owned(),
            format!(
                "{place}.StartingPosition: it should be TRIM_HORIZON, LATEST or AT_TIMESTAMP, and is \"NOW\""
            ),
        ),
        (
            "StartingPosition: AT_TIMESTAMP".to_owned(),
            format!(
                "{place}.StartingPositionTimestamp: it should be seconds since 1970, and is missing"
            ),
        ),
        (
            format!("{provisioned}MaximumRecordAgeInSeconds: 59"),
            format!(
                "{place}.MaximumRecordAgeInSeconds: it should be -1, or 60 to 604800, and is 59"
            ),
        ),
        (
            format!("{provisioned}MaximumRetryAttempts: -2"),
            format!(
                "{place}.MaximumRetryAttempts: it should be a number that is not negative, and is -2"
            ),
        ),
        (
            "FilterCriteria: { Filters: [{ Pattern: '{' }] }".to_owned(),
            format!(
                "{place}.FilterCriteria: filter 1 cannot be used: it is no JSON (EOF while parsing an object at line 1 column 1)"
            ),
        ),
    ] {
        assert_eq!(with(&lines).unwrap_err().to_string(), expected);
    }
    let destination = with("DestinationConfig: { OnFailure: { Destination: nowhere } }");
    let error = destination.unwrap_err().to_string();
    assert!(error.contains("`nowhere` is no destination for failed batches"), "{error}");
}

/// "Provisioned mode […] is what unlocks `MaximumRetryAttempts`, `MaximumRecordAgeInSeconds` […],
/// `BisectBatchOnFunctionError` and `FunctionResponseTypes: [ReportBatchItemFailures]`. cfn-lint
/// does not notice when the latter are set without the former."
#[test]
fn what_on_demand_pollers_do_not_do_is_left_out_and_told() {
    let mapping = with("BisectBatchOnFunctionError: true\nMaximumRetryAttempts: 3").unwrap();
    assert_eq!((mapping.settings.bisect, mapping.settings.retries), (false, None));
    assert_eq!(mapping.warnings.len(), 2);
    assert_eq!(
        mapping.warnings[1],
        "Resources.Mapping.Properties.MaximumRetryAttempts needs ProvisionedPollerConfig, \
             without which Lambda refuses it; it is left out here"
    );
}
