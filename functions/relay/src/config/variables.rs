millrace_lambda::variables! {
    ARCHIVE_BUCKET: None, "the name of the S3 bucket for oversize lines, and with DESTINATION=s3 for all";
    DEAD_LETTER_QUEUE_URL: None, "the URL of the SQS queue for records that can never succeed, `https://…`";

    DESTINATION: Some("firehose"), "`firehose`, or `s3` for objects without Firehose";
    STREAM_NAME: Some(""),
        "the delivery stream of topics without an entry in STREAM_MAP: 1 to 64 letters, digits and `._-`; empty only if STREAM_MAP has an entry for each of TOPICS, or with DESTINATION=s3";
    STREAM_MAP: Some(""), "the delivery streams of single topics, as `topic=stream` with commas between";
    TOPICS: Some(""),
        "the topics that the function is subscribed to, with commas between; where STREAM_NAME is empty, each with an entry in STREAM_MAP";
    ENVELOPE: Some("line"), "`line` for a JSON line with everything that a record has, or `raw` for its value alone";
    PACKING: Some("on"), "`on` to put as many lines into a Firehose record as fit, or `off` for one line each";
    RECORD_BYTES: Some("1024000"), "the largest Firehose record in bytes, 5120 to 1024000; a longer line goes to S3";
    COMPRESSION: Some("gzip"), "`gzip` or `zstd`, for the objects of DESTINATION=s3";

    PARTIAL_FAILURES: Some("on"),
        "`on` if the event source mapping has `ReportBatchItemFailures`, else `off`: any failure then fails the invocation";
    DEADLINE_MARGIN_MS: Some("1500"),
        "how many milliseconds before the function's timeout work stops, 100 to 60000";
    METRICS_NAMESPACE: Some("Millrace"),
        "the CloudWatch namespace of the metrics: 1 to 255 letters, digits and `.-_/#`, not starting with `AWS/`";
    MILLRACE_ENDPOINT_URL: Some(""),
        "the URL of endpoints that speak AWS, `http://…`; empty for AWS itself";
    REQUESTS_IN_FLIGHT: Some("4"), "how many requests are under way at a time to each stream, to S3 and to SQS, 1 to 64";
}
