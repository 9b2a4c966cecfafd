//! Mappings read from templates: this repository's own, and others' in all their spellings.

#![allow(clippy::unwrap_used, reason = "a test may")]

use std::time::Duration;

use millrace_event_source_mapping::template::{
    Choice, Parameters, Template, TemplateError, TemplateMapping,
};
use millrace_event_source_mapping::{
    Destination, EventSource, PartialFailures, Settings, StartingPosition,
};

fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn choice(mapping: Option<&str>, function: Option<&str>, topic: Option<&str>) -> Choice {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Choice { mapping: owned(mapping), function: owned(function), topic: owned(topic) }
}

fn read(yaml: &str) -> Result<TemplateMapping, TemplateError> {
    Template::read(yaml)?.mapping(&Choice::default(), &Parameters::new())
}

/// A template with one mapping of `orders`, and these lines in its properties.
fn with(lines: &str) -> Result<TemplateMapping, TemplateError> {
    let indented = lines.replace('\n', "\n      ");
    read(&format!(
        "Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: orders-function
      EventSourceArn: arn:aws:kafka:eu-west-1:123456789012:cluster/c/1
      Topics: [orders]
      {}
      {indented}
",
        if lines.contains("StartingPosition:") { "" } else { "StartingPosition: TRIM_HORIZON" }
    ))
}

mod ours {
    use super::*;

    fn template() -> Template {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
        Template::read(&std::fs::read_to_string(path).unwrap()).unwrap()
    }

    #[test]
    fn a_mapping_is_chosen_by_function_and_topic_with_the_template_s_defaults() {
        let choice = choice(None, Some("analytics"), Some("user-events"));
        let mapping = template().mapping(&choice, &Parameters::new()).unwrap();
        assert_eq!(mapping.id, "AnalyticsUserEvents");
        assert_eq!(mapping.function.id.as_deref(), Some("AnalyticsFunction"));
        assert_eq!(mapping.function.name, "local-analytics");
        assert_eq!(mapping.function.executable.as_deref(), Some("analytics"));
        assert_eq!(mapping.function.timeout, Duration::from_mins(2));
        assert!(mapping.function.environment.contains(&("HUMIDITY_HIGH".into(), "95".into())));
        assert_eq!((mapping.is_enabled, mapping.warnings), (true, Vec::new()));
        let expected = Settings {
            batch_size: 1_000,
            window: Duration::from_secs(5),
            retries: Some(20),
            max_record_age: Some(Duration::from_hours(24)),
            bisect: true,
            partial_failures: Some(PartialFailures::ListedOnly),
            on_failure: Some(Destination::S3 { bucket: "local-failed-batch-bucket".to_owned() }),
            pollers: 6,
            event_source: EventSource::Msk {
                arn: "arn:aws:kafka:us-east-1:123456789012:cluster/local/00000000-0000-0000-0000-000000000000-1".to_owned(),
                bootstrap_servers: String::new(),
            },
            function_arn: "arn:aws:lambda:us-east-1:123456789012:function:local-analytics".to_owned(),
            ..Settings::new("user-events", "local-analytics-user-events-1")
        };
        assert_eq!(mapping.settings, expected);
    }

    #[test]
    fn parameters_change_what_depends_on_them() {
        let given = parameters(&[
            ("PollerMode", "on-demand"),
            ("StartingPosition", "AT_TIMESTAMP"),
            ("StartingTimestamp", "1767600000"),
            ("RelayFilter", r#"{"value":{"country":["DE"]}}"#),
            ("TransactionsTopic", "payments"),
            ("AWS::StackName", "mine"),
            ("MappingsEnabled", "false"),
        ]);
        let choice = choice(Some("RelayTransactions"), None, None);
        let mapping = template().mapping(&choice, &given).unwrap();
        let settings = &mapping.settings;
        assert_eq!((settings.topic.as_str(), mapping.is_enabled), ("payments", false));
        assert_eq!(settings.group_id, "mine-relay-transactions-1");
        assert_eq!(settings.starting_position, StartingPosition::AtTimestamp(1_767_600_000_000));
        assert!(!settings.filters.pass(Some(br#"{"country":"FR"}"#)));
        assert_eq!((settings.retries, settings.partial_failures), (None, None));
        assert_eq!(mapping.warnings, Vec::<String>::new());
    }

    #[test]
    fn what_could_be_meant_is_listed() {
        let error = template().mapping(&choice(None, Some("relay"), None), &Parameters::new());
        assert_eq!(
            error.unwrap_err().to_string(),
            "several of its Kafka event sources could be meant; name one by its id:\n  \
             RelayUserEvents: user-events to local-relay\n  \
             RelayTransactions: transactions to local-relay\n  \
             RelaySensorData: sensor-data to local-relay"
        );
        let error = template().mapping(&choice(None, None, Some("orders")), &Parameters::new());
        let error = error.unwrap_err().to_string();
        assert!(
            error.starts_with("none of its Kafka event sources has the topic `orders`; it has:\n"),
            "{error}"
        );
    }

    #[test]
    fn parameters_that_are_none_are_told() {
        let mapping = |given: &[(&str, &str)]| {
            let choice = choice(Some("RelayTransactions"), None, None);
            template().mapping(&choice, &parameters(given)).unwrap_err().to_string()
        };
        let error = mapping(&[("Batchsize", "1")]);
        assert!(error.starts_with("it has no parameter `Batchsize`; it has: "), "{error}");
        assert!(error.contains("BatchSize"), "{error}");
        assert_eq!(
            mapping(&[("PollerMode", "both")]),
            r#"its parameter `PollerMode` is one of ["provisioned","on-demand"], and not `both`"#
        );
    }
}

mod sam {
    use super::*;

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
        assert_eq!(
            (settings.group_id.as_str(), settings.pollers, settings.retries),
            ("mine", 2, None)
        );
        assert_eq!(
            (settings.starting_position, settings.window),
            (StartingPosition::Latest, Duration::ZERO)
        );
        assert!(!settings.filters.is_empty());
        let queue =
            Destination::Sqs { account: "123456789012".into(), queue: "local-Failed".into() };
        assert_eq!(settings.on_failure, Some(queue));
        let arn = "arn:aws:kafka:us-east-1:123456789012:cluster/main/00000000-0000-0000-0000-000000000000-1";
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
        assert_eq!(
            (mapping.function.name.as_str(), mapping.settings.group_id.as_str()),
            ("f", "mine")
        );
        assert_eq!(mapping.bootstrap_servers.as_deref(), Some("k:9092"));
        let position = StartingPosition::AtTimestamp(1_767_600_000_500);
        assert_eq!(mapping.settings.starting_position, position);
    }
}

mod intrinsics {
    use super::*;

    /// The topic that a template with this expression for it has.
    fn topic(expression: &str) -> Result<String, TemplateError> {
        let yaml = format!(
            "Parameters:
  Name: {{ Type: String, Default: orders }}
  Names: {{ Type: CommaDelimitedList, Default: 'a, b' }}
  Stage: {{ Type: String, Default: prod }}
  Missing: {{ Type: String }}
  Looked: {{ Type: 'AWS::SSM::Parameter::Value<String>', Default: /a/b }}
Mappings:
  Topics: {{ prod: {{ main: live }}, dev: {{ main: test }} }}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: !Not [!Condition IsProd]
  Both: !And [!Condition IsProd, !Condition IsDev]
  Either: !Or [!Condition IsProd, !Condition IsDev]
Resources:
  Queue: {{ Type: AWS::SQS::Queue, Properties: {{ QueueName: !Sub '${{Name}}-q' }} }}
  Table: {{ Type: AWS::DynamoDB::Table }}
  Never:
    Type: AWS::Lambda::EventSourceMapping
    Condition: Both
    Properties: {{ Topics: [never], FunctionName: f }}
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Condition: Either
    Properties:
      FunctionName: f
      StartingPosition: TRIM_HORIZON
      Topics: [{expression}]
"
        );
        read(&yaml).map(|mapping| mapping.settings.topic)
    }

    #[test]
    fn functions_are_resolved_in_their_short_and_long_forms() {
        for (expression, expected) in [
            ("!Ref Name", "orders"),
            ("{ Ref: Name }", "orders"),
            ("!Sub '${Name}.${AWS::Region}'", "orders.us-east-1"),
            ("!Sub ['${X}-${Name}', { X: !Ref Stage }]", "prod-orders"),
            ("!Sub '${!Name}'", "${Name}"),
            ("!Sub '${Queue.QueueName}'", "orders-q"),
            ("{ 'Fn::Sub': '${Name}' }", "orders"),
            ("!If [IsProd, yes-it-is, no]", "yes-it-is"),
            ("{ 'Fn::If': [IsDev, a, !If [Both, b, c]] }", "c"),
            ("!Join ['.', [a, !Ref Stage, 7]]", "a.prod.7"),
            ("!Join ['', !Ref Names]", "ab"),
            ("!Select [1, !Ref Names]", "b"),
            ("!Select ['0', !Split ['-', x-y]]", "x"),
            ("!FindInMap [Topics, !Ref Stage, main]", "live"),
            ("!FindInMap [Topics, none, main, { DefaultValue: spare }]", "spare"),
            ("!GetAtt Queue.QueueName", "orders-q"),
            ("{ 'Fn::GetAtt': [Queue, QueueName] }", "orders-q"),
        ] {
            assert_eq!(topic(expression).as_deref(), Ok(expected), "{expression}");
        }
    }

    #[test]
    fn what_cannot_be_resolved_is_named_with_its_place() {
        let place = "Resources.Mapping.Properties.Topics[0]: ";
        for (expression, expected) in [
            (
                "!Ref Missing",
                "Ref Missing cannot be resolved: the parameter has no default; give it a value",
            ),
            (
                "!Ref Looked",
                "Ref Looked cannot be resolved: the parameter is looked up when the template is deployed; give it a value",
            ),
            ("!Ref Nothing", "Ref Nothing cannot be resolved: only a deployment knows it"),
            ("!Ref Table", "Ref Table cannot be resolved: only a deployment knows it"),
            (
                "!GetAtt Table.StreamArn",
                "GetAtt Table.StreamArn cannot be resolved: only a deployment knows it",
            ),
            (
                "!Sub 'a-${Table.Arn}'",
                "GetAtt Table.Arn cannot be resolved: only a deployment knows it",
            ),
            (
                "!ImportValue Other",
                r#"{"Fn::ImportValue":"Other"} cannot be resolved: another stack knows it"#,
            ),
            (
                "'{{resolve:ssm:/topic}}'",
                "{{resolve:ssm:/topic}} cannot be resolved: it is looked up when the template is deployed",
            ),
            (
                "!FindInMap [Topics, none, main]",
                "FindInMap Topics.none.main cannot be resolved: the template's mappings do not have it",
            ),
            (
                "!Select [9, !Ref Names]",
                r#"{"Fn::Select":[9,{"Ref":"Names"}]} cannot be resolved: the list has no such item"#,
            ),
            (
                "!Transform { Name: M }",
                "Fn::Transform cannot be resolved: this function is not known here",
            ),
            ("!Join [x]", r#"{"Fn::Join":["x"]} cannot be resolved: it is malformed"#),
        ] {
            let error = topic(expression).unwrap_err().to_string();
            assert_eq!(error, format!("{place}{expected}"));
        }
        assert_eq!(
            topic("!If [Nowhere, a, b]").unwrap_err().to_string(),
            "Conditions.Nowhere: Nowhere cannot be resolved: the template has no such condition"
        );
    }
}

mod trouble {
    use super::*;

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
}
