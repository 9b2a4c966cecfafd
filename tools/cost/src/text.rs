//! Bills as people read them, in Markdown, which reads in a terminal as well.

use std::fmt::Write;

use crate::{Archive, Bill, Cluster, Load, Pollers, Prices, Setup, Table, Way, grouped};

/// The loads of `docs/costs.md`: records a second, and distinct keys.
const DOCUMENTED: [(f64, f64); 3] =
    [(10.0, 1_000.0), (1_000.0, 100_000.0), (10_000.0, 1_000_000.0)];
const DOCUMENTED_BYTES: f64 = 600.0;

/// One load's bill, what dominates it, and what else could be done.
pub fn comparison(load: &Load, prices: &Prices) -> String {
    let setup = Setup::default();
    let bill = Bill::of(load, setup, prices);
    let mut text = String::new();
    // Writing to a `String` cannot fail, here and below.
    let _ = writeln!(
        text,
        "A month of {} records a second, {} bytes each, {} keys (USD, {}, list prices of {})\n",
        grouped(load.records_per_second),
        grouped(load.record_bytes),
        grouped(load.keys),
        prices.region,
        prices.as_of,
    );
    let naive = Bill::of(load, Setup { way: Way::Naive, ..setup }, prices);
    let mut table =
        Table::new(1, ["service", "a month", "a million records", "a request per record"]);
    for line in &bill.lines {
        table.row([
            line.service.to_owned(),
            dollars(line.usd),
            cents(line.usd, bill.records),
            dollars(naive.service(line.service)),
        ]);
    }
    table.row([
        "**all**".to_owned(),
        dollars(bill.total()),
        cents(bill.total(), bill.records),
        dollars(naive.total()),
    ]);
    table.write(&mut text);
    if let Some(line) = bill.dominant() {
        let share = line.usd / bill.total() * 100.0;
        let _ = writeln!(text, "{} is {share:.0} % of it.\n", line.service);
    }
    text.push_str("What else there is, and what it changes:\n\n");
    let mut table = Table::new(1, ["instead", "a month", "against"]);
    for (name, other) in alternatives(setup) {
        let total = Bill::of(load, other, prices).total();
        table.row([name.to_owned(), dollars(total), difference(total - bill.total())]);
    }
    if !load.has_labels() {
        let total = Bill::of(&labelled(load), setup, prices).total();
        table.row([LABELLED.to_owned(), dollars(total), difference(total - bill.total())]);
    }
    table.write(&mut text);
    text
}

/// What labels add to a load that has none.
const LABELLED: &str = "with labels of a tenth of the payments";

fn labelled(load: &Load) -> Load {
    Load { label_share: 0.1, ..load.clone() }
}

/// The other choices, one at a time.
fn alternatives(setup: Setup) -> [(&'static str, Setup); 4] {
    [
        (
            "on-demand pollers, with endpoints in the cluster's network",
            Setup { pollers: Pollers::OnDemand, ..setup },
        ),
        ("MSK Serverless", Setup { cluster: Cluster::Serverless, ..setup }),
        ("a cluster that is there already", Setup { cluster: Cluster::Existing, ..setup }),
        (
            "Firehose reading MSK directly, without `relay`",
            Setup { archive: Archive::FirehoseReadsMsk, ..setup },
        ),
    ]
}

/// Dollars per million records by service, ours and the naive way, for the benchmark's report.
pub fn per_million(load: &Load, prices: &Prices) -> Vec<(&'static str, f64, f64)> {
    let ours = Bill::of(load, Setup::default(), prices);
    let naive = Bill::of(load, Setup { way: Way::Naive, ..Setup::default() }, prices);
    let million = ours.records / 1e6;
    let row = |line: &crate::Line| {
        (line.service, line.usd / million, naive.service(line.service) / million)
    };
    ours.lines.iter().map(row).collect()
}

/// The generated part of `docs/costs.md`.
pub fn document(prices: &Prices) -> String {
    let loads = DOCUMENTED.map(|(records, keys)| Load::new(records, DOCUMENTED_BYTES, keys));
    let mut text = String::new();
    let rates = loads.iter().map(|load| format!("{} records/s", grouped(load.records_per_second)));
    let mut table = Table::new(1, std::iter::once("service".to_owned()).chain(rates));
    let bills = loads.each_ref().map(|load| Bill::of(load, Setup::default(), prices));
    for (place, line) in bills[0].lines.iter().enumerate() {
        let mut row = vec![line.service.to_owned()];
        row.extend(bills.iter().map(|bill| dollars(bill.lines[place].usd)));
        table.row(row);
    }
    let mut all = vec!["**all**".to_owned()];
    all.extend(bills.iter().map(|bill| dollars(bill.total())));
    table.row(all);
    for (name, setup) in alternatives(Setup::default()) {
        let mut row = vec![name.to_owned()];
        row.extend(loads.iter().map(|load| dollars(Bill::of(load, setup, prices).total())));
        table.row(row);
    }
    let mut row = vec![LABELLED.to_owned()];
    row.extend(
        loads
            .iter()
            .map(|load| dollars(Bill::of(&labelled(load), Setup::default(), prices).total())),
    );
    table.row(row);
    let naive = Setup { way: Way::Naive, ..Setup::default() };
    let mut row = vec!["a request per record".to_owned()];
    row.extend(loads.iter().map(|load| dollars(Bill::of(load, naive, prices).total())));
    table.row(row);
    table.write(&mut text);

    let _ = writeln!(text, "Prices of {}, {}. {}\n", prices.region, prices.as_of, prices.note);
    let mut table = Table::new(1, ["price", "USD", "for a", "page", "checked"]);
    for (name, price) in prices.prices.all() {
        let name = format!("`{name}`");
        let checked = price.checked.clone().unwrap_or_else(|| "no".to_owned());
        let (per, page) = (price.per.clone(), price.source.clone());
        table.row([name, price.usd.to_string(), per, page, checked]);
    }
    table.write(&mut text);
    text
}

/// Whole dollars, and cents below ten.
fn dollars(usd: f64) -> String {
    if usd < 10.0 { format!("{usd:.2}") } else { grouped(usd) }
}

/// Dollars a million records.
fn cents(usd: f64, records: f64) -> String {
    let usd = if records > 0.0 { usd / records * 1e6 } else { 0.0 };
    format!("{usd:.3}")
}

fn difference(usd: f64) -> String {
    let sign = if usd < 0.0 { "-" } else { "+" };
    format!("{sign}{}", dollars(usd.abs()))
}
