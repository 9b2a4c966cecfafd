//! The run as a person reads it.

use std::fmt::Write;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use millrace_chaos::{Ran, Report};

use crate::text::Align::{Left, Right};
use crate::text::{Columns, counted, grouped, seconds};

const PLAIN: Style = Style::new();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// All of it, with styles, which whoever prints it takes out where they are not wanted.
pub(super) fn text(report: &Report) -> String {
    let mut text = String::new();
    headline(&mut text, report);
    faults(&mut text, report);
    compared(&mut text, report);
    problems(&mut text, report);
    text
}

fn headline(text: &mut String, report: &Report) {
    let took = seconds(Duration::from_secs_f64(report.seconds));
    let records = counted(report.records, "record");
    let verdict = if report.is_good() {
        format!("{GOOD}nothing lost, nothing doubled{GOOD:#}")
    } else {
        let [lost, doubled, different] =
            [report.lost, report.doubled, report.different].map(grouped);
        format!("{BAD}{lost} lost, {doubled} doubled, {different} different{BAD:#}")
    };
    // Writing to a `String` cannot fail, here and elsewhere.
    let _ = writeln!(text, "{BOLD}{records} in {took}, seed {}{BOLD:#}: {verdict}", report.seed);
    let mut columns = Columns::new(&[Left, Left]);
    let became = format!("{} applied, {} dead", grouped(report.applied), grouped(report.dead));
    columns.row(PLAIN, ["records", &became]);
    for (name, ran) in [("analytics", &report.analytics), ("relay", &report.relay)] {
        columns.row(PLAIN, [name, &did(ran)]);
    }
    let again = &report.verdict;
    let twice = format!(
        "{} published again under the same identifier, {} letters, {} lines of the archive",
        counted(again.alerts_published_again, "alert"),
        grouped(again.dead_letters_again),
        grouped(again.lines_again),
    );
    columns.row(PLAIN, ["harmless", &twice]);
    columns.write(text);
}

fn did(ran: &Ran) -> String {
    let memory = ran
        .peak_memory_bytes
        .map_or(String::new(), |bytes| format!("; {} MB of memory at most", bytes / 1_000_000));
    format!(
        "{}, {} reported, {} handed over again{memory}",
        counted(ran.invocations, "invocation"),
        grouped(ran.reported),
        grouped(ran.redelivered),
    )
}

fn faults(text: &mut String, report: &Report) {
    let all: u64 = report.faults.values().sum();
    let _ = writeln!(text, "\n{BOLD}Faults{BOLD:#}  {DIM}{} injected{DIM:#}", grouped(all));
    let mut columns = Columns::new(&[Left, Right]);
    for (kind, times) in &report.faults {
        columns.row(PLAIN, [kind, &grouped(*times)]);
    }
    columns.write(text);
}

fn compared(text: &mut String, report: &Report) {
    let _ =
        writeln!(text, "\n{BOLD}Compared{BOLD:#}  {DIM}with a pass in which nothing fails{DIM:#}");
    let mut columns = Columns::of_figures(5);
    columns.row(DIM, ["", "expected", "found", "lost", "doubled", "different"]);
    for (name, check) in &report.verdict.checks {
        let counts = [check.expected, check.found, check.lost, check.doubled, check.different];
        let [expected, found, lost, doubled, different] = &counts.map(grouped);
        let is_good = counts[2..].iter().all(|count| *count == 0);
        let style = if is_good { PLAIN } else { BAD };
        columns.row(style, [name, expected, found, lost, doubled, different]);
    }
    columns.write(text);
}

fn problems(text: &mut String, report: &Report) {
    if report.verdict.problems.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{BOLD}What is wrong{BOLD:#}  {DIM}the first of it{DIM:#}");
    for problem in &report.verdict.problems {
        let _ = writeln!(text, "  {problem}");
    }
}
