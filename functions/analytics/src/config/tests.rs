use std::collections::BTreeMap;

use millrace_shared::amount::Amount;
use millrace_shared::events::EventKind;

use super::*;

const REQUIRED: [(&str, &str); 7] = [
    ("STATE_TABLE", "state"),
    ("SESSIONS_TABLE", "sessions"),
    ("WINDOWS_TABLE", "windows"),
    ("ALERTS_TABLE", "alerts"),
    ("FEATURES_TABLE", "features"),
    ("ALERT_TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:alerts"),
    ("DEAD_LETTER_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/dead"),
];

fn read(changes: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let variables: BTreeMap<&str, &str> =
        REQUIRED.into_iter().chain(changes.iter().copied()).collect();
    Config::read(&|name| variables.get(name).map(|text| (*text).to_owned()))
}

/// The sentences of a refusal.
fn refused(changes: &[(&str, &str)]) -> Vec<String> {
    read(changes).unwrap_err().to_string().lines().map(str::to_owned).collect()
}

#[test]
fn what_has_no_default_is_enough_and_the_rest_is_the_classic_rules() {
    let config = read(&[]).unwrap();
    assert_eq!(config.settings, Settings::default());
    assert_eq!(config.tables.windows, "windows");
    assert_eq!((config.cluster, config.endpoint_url), (None, None));
    assert!(config.partial_failures);
    assert_eq!(config.on_suspicious, OnSuspiciousDuplicate::Report);
    assert_eq!(config.deadline_margin, Duration::from_millis(1_500));
    let kinds: Vec<_> = config.topics.iter().map(|(topic, rule)| (topic, rule.kind)).collect();
    assert_eq!(
        kinds,
        [
            ("sensor-data", EventKind::SensorReading),
            ("transactions", EventKind::Transaction),
            ("user-events", EventKind::UserEvent),
        ]
    );
}

#[test]
fn every_missing_variable_is_named_with_what_it_wants() {
    let sentences = Config::read(&|_| None).unwrap_err().to_string();
    let required: Vec<&Variable> =
        VARIABLES.iter().filter(|variable| variable.default.is_none()).collect();
    assert_eq!(required.len(), REQUIRED.len());
    for variable in required {
        let sentence = format!("{} is not set; set it to {}", variable.name, variable.wants);
        assert!(sentences.lines().any(|line| line == sentence), "{sentences}");
    }
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    assert_eq!(read(&[("HIGH_VALUE_AMOUNT", "")]).unwrap(), read(&[]).unwrap());
    assert!(refused(&[("STATE_TABLE", " ")])[0].starts_with("STATE_TABLE is not set;"));
}

/// A text that no variable takes, wherever any text at all is refused.
#[test]
fn every_wrong_variable_is_named_with_what_it_wants() {
    for variable in VARIABLES {
        if variable.name == "CLUSTER_NAME" {
            continue; // any text is a name
        }
        let wrong = "~ wrong \"'";
        let sentences = refused(&[(variable.name, wrong)]);
        let start = format!("{} is `{wrong}`; set it to ", variable.name);
        assert!(sentences.iter().any(|line| line.starts_with(&start)), "{sentences:?}");
        assert_eq!(sentences.len(), 1, "{sentences:?}");
    }
}

#[test]
fn values_out_of_range_are_refused_by_the_variables_own_name() {
    for (name, value) in [
        ("STATE_TABLE", "ab"),
        ("ALERT_TOPIC_ARN", "arn:aws:sqs:eu-central-1:1:queue"),
        ("DEAD_LETTER_QUEUE_URL", "dead-letters"),
        ("TOPIC_KINDS", "payments=payment"),
        ("TOPIC_KINDS", "a=transaction,a=transaction"),
        ("TOPIC_KINDS", ","),
        ("TOPIC_EPOCHS", "unknown-topic=1"),
        ("TOPIC_EPOCHS", "transactions=-1"),
        ("DEADLINE_MARGIN_MS", "99"),
        ("METRICS_NAMESPACE", "AWS/Lambda"),
        ("READS_IN_FLIGHT", "0"),
        ("STATE_RETENTION_DAYS", "0"),
        ("SESSION_GAP_SECONDS", "0"),
        ("ALLOWED_LATENESS_SECONDS", "3001"),
        ("RAPID_CLICKS_COUNT", "1"),
        ("HUMIDITY_LOW", "95"),
        ("HIGH_VALUE_AMOUNT", "-1"),
        ("FRAUD_SCORE_THRESHOLD", "1.01"),
        ("CALIBRATION_REFRESH_SECONDS", "3601"),
        ("UNUSUAL_AMOUNT_FACTOR", "NaN"),
        ("DETECTORS_OFF", "high_value,hihg_value"),
        ("DETECTORS_ON", "high_value"),
        ("SENSOR_WARM_UP_READINGS", "10001"),
        ("DETECTORS_SHADOW", "hihg_value"),
        ("ALERT_COOLDOWNS", "high_value"),
        ("ALERT_COOLDOWNS", "high_value=-1"),
        ("ALERT_COOLDOWNS", "hihg_value=1"),
        ("ALERT_COOLDOWN_SECONDS", "315360001"),
    ] {
        let sentences = refused(&[(name, value)]);
        assert!(sentences.iter().all(|line| line.starts_with(name)), "{sentences:?}");
    }
}

#[test]
fn what_is_set_is_what_counts() {
    let config = read(&[
        ("TOPIC_KINDS", " payments.eu = transaction , clicks=user_event "),
        ("TOPIC_EPOCHS", "clicks=2"),
        ("CLUSTER_NAME", "main"),
        ("PARTIAL_FAILURES", "OFF"),
        ("FEATURES", "on"),
        ("ON_SUSPICIOUS_DUPLICATE", "apply"),
        ("ON_UNREADABLE_STATE", "start-afresh"),
        ("HIGH_VALUE_AMOUNT", "2500.50"),
        ("DETECTORS_OFF", "rapid_clicks, battery_low"),
        ("DETECTORS_ON", "sensor_score"),
        ("DETECTORS_SHADOW", "long_session,reading_deviation"),
        ("ALERT_COOLDOWNS", " battery_low = 60 , high_value=0"),
        ("SESSION_RETENTION_HOURS", "48"),
        ("MILLRACE_ENDPOINT_URL", "http://127.0.0.1:4566"),
    ])
    .unwrap();
    assert_eq!(config.topics.rule("payments.eu").unwrap().kind, EventKind::Transaction);
    assert_eq!(config.topics.rule("clicks").unwrap().epoch.0, 2);
    assert_eq!(config.cluster.as_deref(), Some("main"));
    assert!(!config.partial_failures && config.settings.features);
    assert_eq!(config.on_suspicious, OnSuspiciousDuplicate::Apply);
    assert_eq!(config.on_unreadable, OnUnreadable::StartAfresh);
    assert_eq!(config.settings.high_value_amount, Amount::from_micros(2_500_500_000));
    let off: Vec<&str> = config.settings.detectors_off.iter().map(String::as_str).collect();
    assert_eq!(off, ["battery_low", "rapid_clicks"]);
    assert!(config.settings.detectors_shadow.contains("long_session"));
    let cooldown = |detector| config.settings.cooldown(detector).as_secs();
    assert_eq!([cooldown("battery_low"), cooldown("high_value")], [60, 0]);
    assert_eq!(cooldown("unusual_amount"), 300);
    assert_eq!(config.settings.session_retention, Duration::from_hours(48));
    assert_eq!(config.endpoint_url.as_deref(), Some("http://127.0.0.1:4566"));
}

#[test]
fn a_detector_cannot_be_both_on_and_off() {
    let both = [("DETECTORS_OFF", "sensor_score"), ("DETECTORS_ON", "sensor_score")];
    assert!(refused(&both)[0].starts_with("DETECTORS_ON is `sensor_score`; set it to "));
}

/// One row per variable, in order, and no other.
#[test]
fn the_documentation_lists_exactly_these_variables() {
    let documentation = include_str!("../../../../docs/configuration.md");
    let rows: Vec<&str> = documentation.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = VARIABLES
        .iter()
        .map(|variable| {
            let default = match variable.default {
                None => "required".to_owned(),
                Some("") => "empty".to_owned(),
                Some(default) => format!("`{default}`"),
            };
            format!("| `{}` | {default} | {} |", variable.name, variable.wants)
        })
        .collect();
    assert_eq!(rows, expected, "docs/configuration.md should hold\n{}", expected.join("\n"));
}
