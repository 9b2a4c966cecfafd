//! How to look into what is left running.

use std::fmt::Write;

use anstyle::Style;

use super::Outcome;
use crate::stack::{CREDENTIALS, REGION, Stack};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// The endpoint, and lines to paste into a shell.
pub(super) fn text(stack: &Stack, outcome: &Outcome) -> String {
    let url = &stack.resources.endpoint_url;
    let mut text = format!("\n{BOLD}Running at {url} until Ctrl-C{BOLD:#}\n\n");
    for (name, value) in [
        ("AWS_ACCESS_KEY_ID", CREDENTIALS),
        ("AWS_SECRET_ACCESS_KEY", CREDENTIALS),
        ("AWS_DEFAULT_REGION", REGION),
    ] {
        // Writing to a `String` cannot fail.
        let _ = writeln!(text, "export {name}={value}");
    }
    for (what, line) in lines(stack, outcome) {
        let _ = writeln!(text, "\n{DIM}# {what}{DIM:#}\naws --endpoint-url {url} {line}");
    }
    let file = "events/rapid-clicks-bot.json";
    let _ = writeln!(
        text,
        "\n{DIM}# one event more, which is all duplicates by now{DIM:#}\n\
         cargo millrace invoke analytics --data-file {file} --endpoint-url {url}"
    );
    text
}

/// What each line shows, and the line, of the AWS CLI.
fn lines(stack: &Stack, outcome: &Outcome) -> [(&'static str, String); 8] {
    let resources = &stack.resources;
    let bucket = &resources.archive.bucket;
    let tables = &resources.tables;
    let findings = &outcome.findings;
    let busiest = findings.population.busiest.first();
    let user = busiest.map_or("user-00001", |user| user.id.as_str());
    let alerts = &tables.alerts;
    let by_user = condition("entity", &format!("user#{user}"));
    let newest = condition("day_shard", &findings.newest_alert_shard);
    let shown = "--output text --query 'Items[].[event_time.S,severity.S,entity.S,message.S]'";
    let backwards = "--no-scan-index-forward --no-paginate --limit 5";
    [
        (
            "everything known of the busiest user, live",
            format!(
                "dynamodb get-item --table-name {} \\\n    --key '{{\"entity\":{{\"S\":\"user#{user}\"}}}}'",
                tables.state
            ),
        ),
        (
            "the user's alerts, newest first",
            format!("dynamodb query --table-name {alerts} {by_user} \\\n    {backwards} {shown}"),
        ),
        (
            "the newest alerts of all, of one of the day's eight shards",
            format!(
                "dynamodb query --table-name {alerts} --index-name newest {newest} \\\n    \
                 {backwards} {shown}"
            ),
        ),
        (
            "the user's closed sessions",
            format!(
                "dynamodb query --table-name {} {by_user} \\\n    --output text \
                 --query 'Items[].[start.S,duration_seconds.N,events.N]'",
                tables.sessions
            ),
        ),
        (
            "any states",
            format!("dynamodb scan --table-name {} --no-paginate --limit 3", tables.state),
        ),
        (
            "dead letters, which stay in the queue",
            format!(
                "sqs receive-message --queue-url {} \\\n    \
                 --max-number-of-messages 10 --visibility-timeout 0",
                resources.dead_letter_queue_url
            ),
        ),
        ("what the archive holds", format!("s3 ls --recursive s3://{bucket}/")),
        (
            "the first lines of one of its objects",
            format!(
                "s3 cp 's3://{bucket}/{}' - \\\n    | gunzip | head -3",
                outcome.archive.example
            ),
        ),
    ]
}

/// A key's condition, as options of a query.
fn condition(attribute: &str, value: &str) -> String {
    format!(
        "--key-condition-expression '{attribute} = :k' \\\n    \
         --expression-attribute-values '{{\":k\":{{\"S\":\"{value}\"}}}}'"
    )
}
