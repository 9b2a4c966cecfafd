//! The tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use millrace_cost::Table;

use super::Results;
use super::held::held;
use super::number::{cell, number};
use crate::decode::DecodeRow;
use crate::figures::{Figure, float};
use crate::invocation::InvocationRow;
use crate::titles::POWERTOOLS;
use crate::whole_job::InFlightRow;

/// All tables, in Markdown.
pub fn markdown(results: &Results) -> String {
    let mut text = String::new();
    machine(&mut text, results);
    held(&mut text, results);
    decode(&mut text, results);
    invocation(&mut text, results);
    cold_start(&mut text, results);
    counts(&mut text, results);
    whole_job(&mut text, results);
    client(&mut text, results);
    in_flight(&mut text, results);
    not_measured(&mut text, results);
    text
}

fn machine(text: &mut String, results: &Results) {
    let machine = &results.machine;
    let others = machine.others.iter().map(|(name, version)| format!("{name} {version}"));
    let others: Vec<String> = others.collect();
    // Writing to a `String` cannot fail, here and below.
    let _ = writeln!(
        text,
        "{}, {} cores of {}, {}, {} (profile `{}`). {}. {} {}, interleaved; load average {} \
         before and {} after.\n",
        machine.date,
        machine.cores,
        machine.cpu,
        machine.system,
        machine.rustc,
        machine.profile,
        others.join(", "),
        results.rounds,
        if results.rounds == 1 { "round" } else { "rounds" },
        machine.load_before,
        machine.load_after,
    );
}

fn decode(text: &mut String, results: &Results) {
    if results.decode.is_empty() {
        return;
    }
    text.push_str("### Decode\n\n");
    let headings =
        ["payload", "decoder", "CPU ms", "× Powertools", "instructions", "allocations", "peak MB"];
    let mut table = Table::new(2, headings);
    let cpu = |row: &DecodeRow| (row.payload.clone(), row.variant.clone(), row.cpu_ms.number());
    let reference = powertools(results.decode.iter().map(cpu));
    for row in &results.decode {
        table.row([
            format!("`{}`", row.payload),
            row.variant.clone(),
            cell(&row.cpu_ms),
            times(reference.get(&row.payload), &row.cpu_ms),
            cell(&row.instructions_per_record),
            cell(&row.allocations_per_record),
            cell(&row.peak_mb),
        ]);
    }
    table.write(text);
}

/// What Powertools takes on each payload, out of all payloads, variants and their numbers.
fn powertools(rows: impl Iterator<Item = (String, String, Option<f64>)>) -> BTreeMap<String, f64> {
    let own = rows.filter(|(_, variant, _)| variant == POWERTOOLS);
    own.filter_map(|(payload, _, number)| Some((payload, number?))).collect()
}

/// How many times as long the reference takes.
fn times(reference: Option<&f64>, figure: &Figure) -> String {
    let ratio = reference.zip(figure.number()).map(|(reference, own)| reference / own);
    ratio.map_or_else(|| "–".to_owned(), number)
}

fn invocation(text: &mut String, results: &Results) {
    if results.invocation.is_empty() {
        return;
    }
    text.push_str("### Invocation\n\n");
    let headings = [
        "payload",
        "function",
        "CPU ms",
        "× Powertools",
        "p50 ms",
        "p99 ms",
        "a second",
        "peak MB",
    ];
    let mut table = Table::new(2, headings);
    let cpu = |row: &InvocationRow| (row.payload.clone(), row.variant.clone(), row.cpu_ms.number());
    let reference = powertools(results.invocation.iter().map(cpu));
    for row in &results.invocation {
        table.row([
            format!("`{}`", row.payload),
            row.variant.clone(),
            cell(&row.cpu_ms),
            times(reference.get(&row.payload), &row.cpu_ms),
            cell(&row.p50_ms),
            cell(&row.p99_ms),
            cell(&row.per_second),
            cell(&row.peak_mb),
        ]);
    }
    table.write(text);
}

fn cold_start(text: &mut String, results: &Results) {
    if results.cold_start.is_empty() {
        return;
    }
    text.push_str("### Cold start\n\n");
    let mut table = Table::new(1, ["function", "CPU ms", "ms", "peak MB"]);
    for row in &results.cold_start {
        let cells =
            [row.variant.clone(), cell(&row.cpu_ms), cell(&row.wall_ms), cell(&row.peak_mb)];
        table.row(cells);
    }
    table.write(text);
    for (name, bytes) in &results.binary_bytes {
        let _ = writeln!(text, "The binary of `{name}` has {} bytes.", number(float(*bytes)));
    }
    text.push('\n');
}

fn counts(text: &mut String, results: &Results) {
    if results.counts.is_empty() {
        return;
    }
    text.push_str("### What a batch asks of AWS\n\n");
    let operations: BTreeSet<&str> =
        results.counts.iter().flat_map(|row| row.requests.keys().map(String::as_str)).collect();
    let mut headings = vec!["function", "keys", "records"];
    headings.extend(operations.iter().map(|name| name.split_once(' ').map_or(*name, |(_, op)| op)));
    headings.extend(["read units", "write units", "billed MB of Firehose"]);
    let mut table = Table::new(1, headings);
    for row in &results.counts {
        let mut cells = vec![
            format!("`{}`", row.function),
            number(f64::from(row.keys)),
            number(float(row.records)),
        ];
        for operation in &operations {
            let requests = row.requests.get(*operation).map_or(0.0, |count| count.requests);
            cells.push(number(requests));
        }
        cells.push(number(row.read_units));
        cells.push(number(row.write_units));
        cells.push(number(row.firehose_billed_bytes / 1e6));
        table.row(cells);
    }
    table.write(text);
}

fn whole_job(text: &mut String, results: &Results) {
    if results.whole_job.is_empty() {
        return;
    }
    text.push_str("### The whole job\n\n");
    let headings = [
        "function",
        "keys",
        "records",
        "+ ms",
        "records/s",
        "CPU µs a record",
        "p50 ms",
        "p99 ms",
        "peak MB",
    ];
    let mut table = Table::new(1, headings);
    for row in &results.whole_job {
        table.row([
            format!("`{}`", row.function),
            number(f64::from(row.keys)),
            number(float(row.records)),
            row.latency_ms.to_string(),
            cell(&row.records_per_second),
            cell(&row.cpu_us_per_record),
            cell(&row.p50_ms),
            cell(&row.p99_ms),
            cell(&row.peak_mb),
        ]);
    }
    table.write(text);
}

fn client(text: &mut String, results: &Results) {
    if results.client.is_empty() {
        return;
    }
    text.push_str("### DynamoDB's client alone\n\n");
    let headings = [
        "+ ms",
        "reads",
        "writes",
        "read µs",
        "write µs",
        "both µs",
        "read all ms",
        "write all ms",
    ];
    let mut table = Table::new(0, headings);
    for row in &results.client {
        let setting = [row.latency_ms, row.reads.into(), row.writes.into()];
        let cells =
            [&row.read_us, &row.write_us, &row.both_us, &row.all_read_ms, &row.all_written_ms];
        table.row(setting.iter().map(u64::to_string).chain(cells.map(cell)));
    }
    table.write(text);
    text.push_str("Of 2,000 states: CPU time for each, and what all took.\n\n");
}

/// For each variable a line of time for each latency, and one of memory; a column for each number.
fn in_flight(text: &mut String, results: &Results) {
    let rows = &results.in_flight;
    let Some(longest) = rows.iter().map(|row| row.latency_ms).max() else { return };
    text.push_str("### Requests in flight\n\n");
    let numbers: BTreeSet<u32> = rows.iter().map(|row| row.in_flight).collect();
    let mut headings = vec!["variable".to_owned(), "10,000 records, 2,500 keys".to_owned()];
    headings.extend(numbers.iter().map(u32::to_string));
    let mut table = Table::new(2, headings);
    let mut line =
        |variable: &str, latency_ms: u64, title: &str, of: fn(&InFlightRow) -> &Figure| {
            let is_of_line =
                |row: &&InFlightRow| row.variable == variable && row.latency_ms == latency_ms;
            let cells: BTreeMap<u32, String> =
                rows.iter().filter(is_of_line).map(|row| (row.in_flight, cell(of(row)))).collect();
            let title = format!("{title}, + {latency_ms} ms a request");
            let words = [format!("`{variable}`"), title].into_iter();
            let tried = numbers.iter().map(|number| cells.get(number).cloned().unwrap_or_default());
            table.row(words.chain(tried));
        };
    for lines in rows.chunk_by(|row, next| row.variable == next.variable) {
        for cells in lines.chunk_by(|row, next| row.latency_ms == next.latency_ms) {
            line(&cells[0].variable, cells[0].latency_ms, "p50 ms", |row| &row.p50_ms);
        }
        line(&lines[0].variable, longest, "peak MB", |row| &row.peak_mb);
    }
    table.write(text);
}

/// Every figure that is missing, with its reason.
fn not_measured(text: &mut String, results: &Results) {
    let mut missing: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut note = |row: &str, column: &str, figure: &Figure| {
        if let Figure::NotMeasured { not_measured } = figure {
            missing.entry(not_measured.clone()).or_default().insert(format!("{row}: {column}"));
        }
    };
    for row in &results.decode {
        note(&row.variant, "CPU", &row.cpu_ms);
        note(&row.variant, "instructions", &row.instructions_per_record);
        note(&row.variant, "allocations", &row.allocations_per_record);
        note(&row.variant, "memory", &row.peak_mb);
    }
    for row in &results.invocation {
        note(&row.variant, "CPU of an invocation", &row.cpu_ms);
        note(&row.variant, "latency", &row.p50_ms);
        note(&row.variant, "memory of an invocation", &row.peak_mb);
    }
    for row in &results.cold_start {
        note(&row.variant, "cold start", &row.cpu_ms);
    }
    for row in &results.whole_job {
        note(&row.function, "CPU of the whole job", &row.cpu_us_per_record);
    }
    if missing.is_empty() {
        return;
    }
    text.push_str("Not measured:\n\n");
    for (reason, rows) in missing {
        let rows: Vec<String> = rows.into_iter().collect();
        let _ = writeln!(text, "- {reason}: {}", rows.join("; "));
    }
}
