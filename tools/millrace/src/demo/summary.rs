//! The run as a person reads it, in about seventy lines.

use std::fmt::Write;

use anstyle::{AnsiColor, Style};

use super::Outcome;
use super::severities;
use crate::text::Align::{Left, Right};
use crate::text::{Columns, counted, grouped, per, seconds};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// All of it, with styles, which whoever prints it takes out where they are not wanted.
pub(super) fn text(outcome: &Outcome) -> String {
    let mut text = String::new();
    records(&mut text, outcome);
    alerts(&mut text, outcome);
    labels(&mut text, outcome);
    users(&mut text, outcome);
    time(&mut text, outcome);
    dead_records(&mut text, outcome);
    archive(&mut text, outcome);
    requests(&mut text, outcome);
    further(&mut text);
    problems(&mut text, outcome);
    text
}

fn heading(text: &mut String, words: &str, note: &str) {
    let _ = write!(text, "\n{BOLD}{words}{BOLD:#}");
    let _ = match note {
        "" => writeln!(text),
        note => writeln!(text, "  {DIM}{note}{DIM:#}"),
    };
}

fn records(text: &mut String, outcome: &Outcome) {
    let (fed, fates) = (&outcome.fed, outcome.findings.fates);
    let headline = format!("{} in {}", counted(fed.records, "record"), seconds(fed.wall));
    let verdict = match outcome.archive.unknown() {
        _ if !outcome.problems.is_empty() => {
            format!("{BAD}something does not match: see the end{BAD:#}")
        }
        Some(_) => "every one is accounted for, but not yet in the archive: see there".to_owned(),
        None => format!("{GOOD}every one is accounted for{GOOD:#}"),
    };
    let _ = writeln!(text, "{BOLD}{headline}{BOLD:#}: {verdict}");
    let mut columns = Columns::new(&[Left, Left]);
    let through = format!(
        "{} records/s through {}, read by {} groups, {} behind at the end",
        grouped(fed.records_per_second()),
        fed.kafka,
        fed.groups,
        grouped(fed.lag),
    );
    columns.row(PLAIN, ["rate", &through]);
    for (name, ran) in [("analytics", &fed.analytics), ("relay", &fed.relay)] {
        let invocations = counted(ran.invocations, "invocation");
        let each = grouped(ran.records / ran.invocations.max(1));
        let mut took = format!("{invocations} of {each} records on average");
        if let (Some(cpu), Some(memory)) = (ran.cpu, ran.peak_memory) {
            let each = 1e6 * cpu.as_secs_f64() / per(ran.records.max(1), 1);
            let (cpu, megabytes) = (seconds(cpu), memory / 1_000_000);
            let _ = write!(took, "; {cpu} of CPU, {each:.0} µs a record; {megabytes} MB at most");
        }
        columns.row(PLAIN, [name, &took]);
    }
    let became = format!(
        "{} applied, {} duplicates, {} tombstones, {} dead",
        grouped(fates.applied),
        grouped(fates.duplicates),
        grouped(fates.tombstones),
        grouped(fates.dead),
    );
    columns.row(PLAIN, ["records", &became]);
    let again = format!(
        "{} to analytics, {} to relay: {} whose answer came too late",
        counted(fed.analytics.records_again, "record"),
        counted(fed.relay.records_again, "record"),
        counted(fed.analytics.invocations_again + fed.relay.invocations_again, "invocation"),
    );
    columns.row(PLAIN, ["again", &again]);
    columns.write(text);
}

fn alerts(text: &mut String, outcome: &Outcome) {
    let findings = &outcome.findings;
    let note = format!(
        "{} in the table, {} published",
        grouped(findings.alert_rows),
        grouped(findings.published)
    );
    heading(text, "Alerts", &note);
    let mut columns = Columns::new(&[Left, Right, Left]);
    for (detector, alerts) in &findings.alerts {
        columns.styled([
            (detector.clone(), PLAIN),
            (grouped(alerts.count), PLAIN),
            severities::cell(&alerts.severities),
        ]);
        columns.note(&alerts.example.sentence, DIM);
    }
    columns.write(text);
}

fn labels(text: &mut String, outcome: &Outcome) {
    let labels = &outcome.findings.population.labels;
    let note = format!(
        "{} of payments: {} counted, {} of these say fraud",
        grouped(labels.told),
        grouped(labels.counted),
        grouped(labels.frauds)
    );
    heading(text, "Labels", &note);
}

fn users(text: &mut String, outcome: &Outcome) {
    let population = &outcome.findings.population;
    let note = format!("of {}", counted(population.users, "user"));
    heading(text, "Busiest users", &note);
    let mut columns = Columns::new(&[Left, Right, Right, Right, Left]);
    columns.row(DIM, ["user", "events", "payments", "sessions", "most spent in one currency"]);
    for user in &population.busiest {
        let counts = [user.events, user.payments, user.sessions].map(grouped);
        let [events, payments, sessions] = &counts;
        columns.row(PLAIN, [&user.id, events, payments, sessions, &user.spent]);
    }
    columns.write(text);
}

fn time(text: &mut String, outcome: &Outcome) {
    let population = &outcome.findings.population;
    heading(text, "Sessions and windows", "by event time; what is closed is a row of its table");
    let mut columns = Columns::new(&[Left, Right, Right, Left]);
    columns.row(DIM, ["", "closed", "open", ""]);
    let minutes = population.longest_session_seconds / 60.0;
    let longest = format!("the longest closed one took {minutes:.0} minutes");
    let mut row = |what, counts: [u64; 2], note: &str| {
        let [closed, open] = counts.map(grouped);
        columns.row(PLAIN, [what, &closed, &open, note]);
    };
    row("sessions", [population.closed_sessions, population.open_sessions], &longest);
    row(
        "windows of spending",
        [population.spend_windows, population.open_spend_windows],
        &format!("an hour and a currency of one of {}", counted(population.users, "user")),
    );
    row(
        "windows of measures",
        [population.measure_windows, population.open_measure_windows],
        &format!("five minutes of one of {}", counted(population.sensors, "sensor")),
    );
    columns.write(text);
}

fn dead_records(text: &mut String, outcome: &Outcome) {
    let letters = &outcome.findings.dead_letters;
    let total: u64 = letters.values().map(|letters| letters.count).sum();
    heading(
        text,
        "Dead records",
        &format!("{} of analytics in the dead-letter queue", grouped(total)),
    );
    let mut columns = Columns::new(&[Left, Right, Left]);
    columns.row(DIM, ["reason", "records", "one of them"]);
    for (reason, letters) in letters {
        columns.row(PLAIN, [reason, &grouped(letters.count), &letters.example]);
    }
    columns.write(text);
}

fn archive(text: &mut String, outcome: &Outcome) {
    let archive = &outcome.archive;
    let dead = counted(archive.dead_records, "dead record");
    let note = format!("{} of relay, {dead}", counted(archive.lines, "line"));
    heading(text, "Archive", &note);
    let mut columns = Columns::new(&[Left, Right, Left]);
    let mut row = |what, number: u64, note: &str| {
        columns.row(PLAIN, [what, &grouped(number), note]);
    };
    let in_requests = counted(archive.requests, "request");
    // Both need all lines.
    let (packed, billed) = if archive.unknown().is_some() {
        (format!("in {in_requests}"), "in steps of 5 KB".to_owned())
    } else {
        let each = per(archive.lines, archive.entries);
        let line_by_line = grouped(archive.bytes_billed_unpacked);
        let times = format!("{:.1} times as much", archive.ratio());
        (
            format!("{each:.1} lines each, in {in_requests}"),
            format!("in steps of 5 KB; line by line it would be {line_by_line}, {times}"),
        )
    };
    row("Firehose records", archive.entries, &packed);
    row("bytes sent", archive.bytes_sent, "before compression");
    row("bytes billed", archive.bytes_billed, &billed);
    let note = format!("{} bytes of gzip", grouped(archive.object_bytes));
    row("S3 objects", archive.objects, &note);
    row("oversize lines", archive.oversize, "over a Firehose record's limit, an object each");
    columns.write(text);
    if let Some(unknown) = archive.unknown() {
        let _ = writeln!(text, "  {DIM}{unknown}{DIM:#}");
    }
}

fn requests(text: &mut String, outcome: &Outcome) {
    let Some(requests) = &outcome.findings.changes.requests else {
        heading(text, "Requests", "not counted: only the demo's own endpoints count them");
        return;
    };
    let total: u64 = requests.values().map(|count| count.requests).sum();
    let note =
        format!("{}, {:.1} records to each", grouped(total), per(outcome.fed.records, total));
    heading(text, "Requests", &note);
    let mut columns = Columns::new(&[Left, Left, Right, Right, Right]);
    columns.row(DIM, ["service", "operation", "requests", "entries each", "records to each"]);
    for ((service, operation), count) in requests {
        let entries = if count.entries == 0 {
            "-".to_owned()
        } else {
            format!("{:.1}", per(count.entries, count.requests))
        };
        let records = format!("{:.1}", per(outcome.fed.records, count.requests));
        let number = grouped(count.requests);
        columns.row(PLAIN, [service.name(), operation, &number, &entries, &records]);
    }
    columns.write(text);
}

fn further(text: &mut String) {
    heading(text, "Look further", "");
    let mut columns = Columns::new(&[Left, Left]);
    columns.row(DIM, ["leave it running, to look into tables and archive", "cargo demo --keep"]);
    let invoke = "cargo millrace invoke analytics --data-file events/fraud-burst.json";
    columns.row(DIM, ["one event", invoke]);
    columns.row(DIM, ["what else there is", "docs/local.md"]);
    columns.write(text);
}

fn problems(text: &mut String, outcome: &Outcome) {
    for problem in &outcome.problems {
        let _ = writeln!(text, "\n{BAD}does not match{BAD:#}: {problem}");
    }
}
