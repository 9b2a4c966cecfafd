//! This repository's own template.

use crate::*;

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
