use millrace_lambda::variables;

variables! {
    STATE_TABLE: None, "the name of the DynamoDB table of states";
    SESSIONS_TABLE: None, "the name of the DynamoDB table of closed sessions";
    WINDOWS_TABLE: None, "the name of the DynamoDB table of closed windows";
    ALERTS_TABLE: None, "the name of the DynamoDB table of alerts";
    FEATURES_TABLE: None, "the name of the DynamoDB table of features";
    ALERT_TOPIC_ARN: None, "the ARN of the SNS topic that alerts are published to, `arn:aws:sns:…`";
    DEAD_LETTER_QUEUE_URL: None, "the URL of the SQS queue for records that can never succeed, `https://…`";

    TOPIC_KINDS: Some("user-events=user_event,transactions=transaction,sensor-data=sensor_reading"),
        "what each topic holds, as `topic=kind` with commas between; the kinds are `user_event`, `transaction`, `transaction_label` and `sensor_reading`";
    TOPIC_EPOCHS: Some(""),
        "the epochs of topics that were deleted and created again, as `topic=1` with commas between; each topic one of TOPIC_KINDS";
    CLUSTER_NAME: Some(""),
        "a name for the cluster that outlives its ARN; empty for what the event itself says. Changing it makes every record look new";
    PARTIAL_FAILURES: Some("on"),
        "`on` if the event source mapping has `ReportBatchItemFailures`, else `off`: any failure then fails the invocation";
    ON_SUSPICIOUS_DUPLICATE: Some("report"),
        "`report` or `apply`: what to do with a record whose offset was applied before but which is newer than anything applied";
    ON_UNREADABLE_STATE: Some("report"),
        "`report` or `start-afresh`: what to do with a user, sensor or partition whose stored state cannot be read";
    DEADLINE_MARGIN_MS: Some("1500"),
        "how many milliseconds before the function's timeout work stops, 100 to 60000";

    METRICS_NAMESPACE: Some("Millrace"),
        "the CloudWatch namespace of the metrics: 1 to 255 letters, digits and `.-_/#`, not starting with `AWS/`";
    MILLRACE_ENDPOINT_URL: Some(""),
        "the URL of endpoints that speak AWS, `http://…`; empty for AWS itself";
    READS_IN_FLIGHT: Some("8"), "how many reads of up to 100 states are under way at a time, 1 to 64";
    WRITES_IN_FLIGHT: Some("16"), "how many writes of up to 25 states or rows are under way at a time, 1 to 64";
    MESSAGES_IN_FLIGHT: Some("8"), "how many requests to SNS, and to SQS, are under way at a time, 1 to 64";

    CALIBRATION_REFRESH_SECONDS: Some("60"),
        "for how many seconds what labels taught of amounts is looked at again before it is read anew, 0 to 3600";

    STATE_RETENTION_DAYS: Some("30"), "how many days a state is kept after it was last written, 1 to 3650";
    SESSION_RETENTION_HOURS: Some("24"), "how many hours a closed session is kept after its last event, 1 to 87600";
    WINDOW_RETENTION_DAYS: Some("30"), "how many days a closed window is kept after its end, 1 to 3650";
    ALERT_RETENTION_DAYS: Some("30"), "how many days an alert is kept after its event, 1 to 3650";

    FEATURES: Some("off"),
        "`on` for a row of features of every user that changes, `off` for none: it makes a user's batch cost three write units instead of one";
    FEATURES_RETENTION_DAYS: Some("30"),
        "how many days a row of features is kept after the user's newest event, 1 to 3650";

    SESSION_GAP_SECONDS: Some("1800"), "the seconds without a user event after which a session is over";
    SPEND_WINDOW_SECONDS: Some("3600"), "the length of a user's spending windows in seconds";
    SENSOR_WINDOW_SECONDS: Some("300"), "the length of a sensor's windows in seconds";
    ALLOWED_LATENESS_SECONDS: Some("300"),
        "how many seconds after its end a window still takes late events, at most 10 lengths of the shorter window";

    DETECTORS_OFF: Some(""), "the names of detectors that are off, with commas between";
    DETECTORS_ON: Some(""),
        "the names of detectors that are on although they are off by default, with commas between";
    DETECTORS_SHADOW: Some(""),
        "the names of detectors that are only being watched, with commas between: their alerts go to the table and to nobody";
    ALERT_COOLDOWN_SECONDS: Some("300"),
        "for how many seconds further alerts of one detector for one entity are merged into the next, 0 for none";
    ALERT_COOLDOWNS: Some("high_value=0,unusual_amount=0,fraud_score=0"),
        "the same for single detectors, as `detector=seconds` with commas between";
    HIGH_VALUE_AMOUNT: Some("10000"), "the amount above which `high_value` raises an alert";
    UNUSUAL_AMOUNT_FACTOR: Some("3"), "how many times the user's mean an amount must pass for `unusual_amount`";
    UNUSUAL_AMOUNT_MIN_COUNT: Some("5"), "how many payments a user must have made more than for `unusual_amount`";
    RAPID_ACTIVITY_EVENTS: Some("10"), "how many of a user's last events `rapid_activity` looks at, 2 to 50";
    RAPID_ACTIVITY_SPAN_SECONDS: Some("10"), "the seconds that these events must span less than for `rapid_activity`";
    RAPID_CLICKS_COUNT: Some("10"), "how many clicks make `rapid_clicks`, 2 to 50";
    RAPID_CLICKS_SPAN_SECONDS: Some("60"), "the seconds within which these clicks must come for `rapid_clicks`";
    ACTIVITY_BURST_COUNTS: Some("90,400,1500,5000"),
        "how many user events within 1 minute, 10 minutes, 1 hour and 24 hours are still a person's for `activity_burst`, with commas between";
    VELOCITY_COUNTS: Some("4,8,15,40"),
        "how many payments within 1 minute, 10 minutes, 1 hour and 24 hours are usual for `velocity`, with commas between";
    VELOCITY_SUMS: Some("10000,15000,20000,50000"),
        "the sums of payments within the same that are usual for `velocity`, with commas between";
    IMPOSSIBLE_TRAVEL_KM_PER_HOUR: Some("1000"),
        "the kilometres an hour that nobody travels faster than, for `impossible_travel`";
    IMPOSSIBLE_TRAVEL_MIN_KM: Some("100"),
        "the kilometres below which `impossible_travel` takes two places for one";
    FRAUD_SCORE_THRESHOLD: Some("0.5"), "the score, 0 to 1, from which on `fraud_score` raises an alert";
    COLD_TRANSACTION_SPAN_SECONDS: Some("1800"),
        "the seconds without a user event that make a payment cold for `cold_transaction`";
    COLD_TRANSACTION_LATENESS_SECONDS: Some("300"),
        "how many seconds later than a payment an event of the user must be for `cold_transaction` to tell of it";
    LONG_SESSION_SECONDS: Some("3600"), "the seconds that a session must last longer than for `long_session`";
    READING_DEVIATION_SHARE: Some("0.5"),
        "the share of its mean that a reading must be further away from it than for `reading_deviation`";
    SENSOR_WARM_UP_READINGS: Some("150"),
        "for how many readings of a measure `sensor_score` and `tail_norm` raise nothing, at most 10000";
    SENSOR_SCORE_THRESHOLD: Some("5.25"), "the score that is enough for `sensor_score`";
    TAIL_NORM_THRESHOLD: Some("3.5"), "the score that is enough for `tail_norm` when there were no alerts lately";
    MULTIVARIATE_SCORE_FACTOR: Some("6"), "how many times what is usual T² must pass for `multivariate_score`";
    TEMPERATURE_HIGH: Some("40"), "the degrees Celsius above which `temperature_range` raises an alert";
    TEMPERATURE_LOW: Some("0"), "the degrees Celsius below which `temperature_range` raises an alert";
    TEMPERATURE_CRITICAL_MARGIN: Some("10"),
        "the degrees Celsius beyond a limit above which `temperature_range` is critical";
    HUMIDITY_HIGH: Some("95"), "the percentage above which `humidity_range` raises an alert";
    HUMIDITY_LOW: Some("5"), "the percentage below which `humidity_range` raises an alert";
    BATTERY_LOW: Some("10"), "the percentage below which `battery_low` raises an alert";
}
