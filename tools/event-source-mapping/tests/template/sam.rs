//! Events of SAM, and templates in JSON.

use crate::*;

#[test]
fn an_event_of_msk_is_a_mapping_and_globals_hold() {
    let mapping = read(
        "Globals:
  Function:
    Timeout: 60
    MemorySize: 256
    Environment: { Variables: { A: '1', B: '2' } }
Resources:
  Cluster: { Type: AWS::MSK::Cluster, Properties: { ClusterName: main } }
  Failed: { Type: AWS::SQS::Queue }
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      MemorySize: 512
      Environment: { Variables: { B: 3, C: !GetAtt Table.Arn } }
      Events:
        Api: { Type: Api }
        Kafka:
          Type: MSK
          Properties:
            Stream: !Ref Cluster
            Topics: [orders]
            StartingPosition: LATEST
            ConsumerGroupId: mine
            MaximumBatchingWindowInSeconds: 0
            FilterCriteria: { Filters: [{ Pattern: '{\"value\":{\"a\":[1]}}' }] }
            ProvisionedPollerConfig: { MinimumPollers: 2 }
            MaximumRetryAttempts: -1
            DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt Failed.Arn } }
",
    )
    .unwrap();
    assert_eq!(
        (mapping.id.as_str(), mapping.function.name.as_str()),
        ("OrdersKafka", "local-Orders")
    );
    let settings = &mapping.settings;
    assert_eq!((settings.group_id.as_str(), settings.pollers, settings.retries), ("mine", 2, None));
    assert_eq!(
        (settings.starting_position, settings.window),
        (StartingPosition::Latest, Duration::ZERO)
    );
    assert!(!settings.filters.is_empty());
    let queue = Destination::Sqs { account: "123456789012".into(), queue: "local-Failed".into() };
    assert_eq!(settings.on_failure, Some(queue));
    let arn =
        "arn:aws:kafka:us-east-1:123456789012:cluster/main/00000000-0000-0000-0000-000000000000-1";
    assert_eq!(settings.event_source.arn(), Some(arn));
    let function = &mapping.function;
    assert_eq!((function.timeout, function.memory_mb), (Duration::from_mins(1), 512));
    assert_eq!(function.environment, [("A".into(), "1".into()), ("B".into(), "3".into())]);
    assert_eq!(function.unknown_environment, ["C"]);
}

/// "Self-managed Kafka: `eventSource` is `SelfManagedKafka` […], with no ARN."
#[test]
fn a_self_managed_cluster_has_brokers_and_no_arn() {
    let mapping = read(
        "Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Kafka:
          Type: SelfManagedKafka
          Properties:
            KafkaBootstrapServers: [a:9092, b:9092]
            Topics: [orders]
            StartingPosition: TRIM_HORIZON
",
    )
    .unwrap();
    assert_eq!(mapping.bootstrap_servers.as_deref(), Some("a:9092,b:9092"));
    let servers = "a:9092,b:9092".to_owned();
    let expected = EventSource::SelfManaged { bootstrap_servers: servers };
    assert_eq!(mapping.settings.event_source, expected);
    assert_eq!(mapping.settings.group_id, "local-OrdersKafka");
    assert_eq!(mapping.function.timeout, Duration::from_secs(3));
}

#[test]
fn json_is_a_template_too() {
    let mapping = read(
        r#"{"Resources": {"M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                "FunctionName": {"Fn::GetAtt": ["F", "Arn"]}, "Topics": ["orders"],
                "SelfManagedEventSource": {"Endpoints": {"KafkaBootstrapServers": ["k:9092"]}},
                "SelfManagedKafkaEventSourceConfig": {"ConsumerGroupId": "mine"},
                "StartingPosition": "AT_TIMESTAMP", "StartingPositionTimestamp": 1767600000.5}},
              "F": {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "f"}}}}"#,
    )
    .unwrap();
    assert_eq!((mapping.function.name.as_str(), mapping.settings.group_id.as_str()), ("f", "mine"));
    assert_eq!(mapping.bootstrap_servers.as_deref(), Some("k:9092"));
    let position = StartingPosition::AtTimestamp(1_767_600_000_500);
    assert_eq!(mapping.settings.starting_position, position);
}
