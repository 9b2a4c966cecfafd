//! How to look into what is left running.

use std::fmt::Write;

use anstyle::Style;

use super::Outcome;
use crate::stack::{CREDENTIALS, REGION, Stack};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The endpoint, and lines to paste into a shell.
pub(super) fn text(stack: &Stack, outcome: &Outcome) -> String {
    let resources = &stack.resources;
    let tables = &resources.tables;
    let url = &resources.endpoint_url;
    let busiest = outcome.findings.population.busiest.first();
    let user = busiest.map_or("user-00001", |user| user.id.as_str());
    let by_key = format!("'{{\":e\":{{\"S\":\"user#{user}\"}}}}'");
    let newest = &outcome.findings.newest_alert_shard;

    let lines = [
        (
            "the state of the busiest user, live",
            format!(
                "dynamodb get-item --table-name {} --key '{{\"entity\":{{\"S\":\"user#{user}\"}}}}'",
                tables.state
            ),
        ),
        (
            "its alerts, newest first",
            format!(
                "dynamodb query --table-name {} --no-scan-index-forward --max-items 5 \\\n    \
                 --key-condition-expression 'entity = :e' --expression-attribute-values {by_key}",
                tables.alerts
            ),
        ),
        (
            "the newest alerts of all, of one of the day's eight shards",
            format!(
                "dynamodb query --table-name {} --index-name newest --no-scan-index-forward --max-items 5 \\\n    \
                 --key-condition-expression 'day_shard = :d' \\\n    \
                 --expression-attribute-values '{{\":d\":{{\"S\":\"{newest}\"}}}}'",
                tables.alerts
            ),
        ),
        (
            "its closed sessions",
            format!(
                "dynamodb query --table-name {} --key-condition-expression 'entity = :e' \\\n    \
                 --expression-attribute-values {by_key}",
                tables.sessions
            ),
        ),
        (
            "dead letters",
            format!(
                "sqs receive-message --queue-url {} --max-number-of-messages 10 --visibility-timeout 0",
                resources.dead_letter_queue_url
            ),
        ),
    ];

    let mut text = format!("\n{BOLD}Running at {url} until Ctrl-C{BOLD:#}\n\n");
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", CREDENTIALS),
        ("AWS_SECRET_ACCESS_KEY", CREDENTIALS),
        ("AWS_REGION", REGION),
        ("AWS_DEFAULT_REGION", REGION),
    ] {
        let _ = writeln!(text, "export {name}={value}");
    }
    for (what, line) in lines {
        let _ = writeln!(text, "\n{DIM}# {what}{DIM:#}\naws --endpoint-url {url} {line}");
    }
    let _ = writeln!(
        text,
        "\n{DIM}# another event, into the same tables{DIM:#}\n\
         MILLRACE_ENDPOINT_URL={url} cargo millrace invoke analytics --data-file events/fraud-burst.json"
    );
    text
}
