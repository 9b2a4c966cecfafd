//! What was counted, in dollars.

use millrace_cost::{Prices, Table};

use super::Results;
use super::number::number;
use crate::figures::float;
use crate::whole_job::CountRow;

/// What Firehose rounds each record up to.
const FIREHOSE_STEP: f64 = 5.0 * 1_024.0;
/// The table of states; all others hold rows.
const STATE: &str = "state";

/// Dollars a million records, by service.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Dollars {
    dynamodb: f64,
    sns: f64,
    cloudwatch: f64,
    firehose: f64,
}

/// Dollars a million records by service, from what was counted: ours, and with a read, a write and a Firehose record for
/// each record and a request for each alert. Empty if nothing was counted.
pub fn cost(results: &Results, prices: &Prices) -> String {
    let mut text = String::new();
    if results.counts.is_empty() {
        return text;
    }
    let headings = [
        "function",
        "keys",
        "records",
        "DynamoDB",
        "naive",
        "SNS",
        "naive",
        "CloudWatch",
        "Firehose",
        "naive",
        "**all**",
        "**naive**",
    ];
    let mut table = Table::new(1, headings);
    for row in &results.counts {
        let (ours, naive) = (ours(row, prices), naive(row, prices));
        let mut cells = vec![
            format!("`{}`", row.function),
            number(f64::from(row.keys)),
            number(float(row.records)),
        ];
        let of_services =
            [ours.dynamodb, naive.dynamodb, ours.sns, naive.sns, ours.cloudwatch, ours.firehose];
        let sums = [naive.firehose, ours.sum(), naive.sum()];
        cells.extend(of_services.into_iter().chain(sums).map(dollars));
        table.row(cells);
    }
    table.write(&mut text);
    text
}

fn ours(row: &CountRow, prices: &Prices) -> Dollars {
    let list = &prices.prices;
    let requests = |name: &str| row.requests.get(name).copied().unwrap_or_default().requests / 1e6;
    Dollars {
        dynamodb: units(row.read_units, row.write_units, prices),
        sns: requests("sns PublishBatch") * list.sns_million_requests.usd,
        cloudwatch: requests("cloudwatch PutMetricData")
            * 1e3
            * list.cloudwatch_thousand_requests.usd,
        firehose: row.firehose_billed_bytes / 1e9 * list.firehose_direct_put_gb.usd,
    }
    .a_million(row)
}

fn naive(row: &CountRow, prices: &Prices) -> Dollars {
    let list = &prices.prices;
    let records = float(row.records);
    let rows: f64 = row
        .write_units_by_table
        .iter()
        .filter(|(name, _)| *name != STATE)
        .map(|(_, units)| units)
        .sum();
    let state = row.write_units_by_table.get(STATE).copied().unwrap_or_default();
    let statements =
        row.requests.get("dynamodb BatchExecuteStatement").copied().unwrap_or_default();
    // A state is as large as here: one unit, or two if it is above 1 KB.
    let units_a_write = if statements.entries > 0.0 { state / statements.entries } else { 0.0 };
    let reads = if row.read_units > 0.0 { records } else { 0.0 };
    let line = (row.firehose_bytes / records / FIREHOSE_STEP).ceil() * FIREHOSE_STEP;
    Dollars {
        dynamodb: units(reads, records * units_a_write + rows, prices),
        sns: row.alerts / 1e6 * list.sns_million_requests.usd,
        firehose: line * records / 1e9 * list.firehose_direct_put_gb.usd,
        // Metrics are sent once an invocation, as here.
        cloudwatch: 1e-3 * list.cloudwatch_thousand_requests.usd,
    }
    .a_million(row)
}

fn units(reads: f64, writes: f64, prices: &Prices) -> f64 {
    let list = &prices.prices;
    reads / 1e6 * list.dynamodb_million_read_units.usd
        + writes / 1e6 * list.dynamodb_million_write_units.usd
}

impl Dollars {
    /// From those of one batch.
    fn a_million(self, row: &CountRow) -> Self {
        let batches = 1e6 / float(row.records);
        Self {
            dynamodb: self.dynamodb * batches,
            sns: self.sns * batches,
            cloudwatch: self.cloudwatch * batches,
            firehose: self.firehose * batches,
        }
    }

    fn sum(self) -> f64 {
        self.dynamodb + self.sns + self.cloudwatch + self.firehose
    }
}

fn dollars(usd: f64) -> String {
    format!("{usd:.3}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::whole_job::Requests;

    fn is_near(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn a_batch_costs_what_a_person_works_out() {
        let requests = |requests, entries| Requests { requests, entries };
        let row = CountRow {
            function: "analytics".to_owned(),
            keys: 10,
            records: 1_000,
            requests: BTreeMap::from([
                ("dynamodb BatchExecuteStatement".to_owned(), requests(5.0, 100.0)),
                ("sns PublishBatch".to_owned(), requests(1.0, 4.0)),
                ("cloudwatch PutMetricData".to_owned(), requests(1.0, 20.0)),
            ]),
            read_units: 100.0,
            write_units: 164.0,
            write_units_by_table: BTreeMap::from([
                (STATE.to_owned(), 150.0),
                ("alerts".to_owned(), 14.0),
            ]),
            firehose_bytes: 600_000.0,
            firehose_billed_bytes: 604_160.0,
            alerts: 4.0,
            batches: 1,
        };
        let prices = Prices::published().unwrap();
        let counted = ours(&row, &prices);
        // Of a thousand such batches: 100,000 units read and 164,000 written, 1,000 requests each.
        assert!(is_near(counted.dynamodb, 0.1 * 0.125 + 0.164 * 0.625), "{counted:?}");
        assert!(is_near(counted.sns, 0.001 * 0.5) && is_near(counted.cloudwatch, 0.01));
        assert!(is_near(counted.firehose, 0.604_16 * 0.029), "{counted:?}");
        let naive = naive(&row, &prices);
        // A unit read for each record, one and a half written, and the rows as here.
        assert!(is_near(naive.dynamodb, 0.125 + (1.5 + 0.014) * 0.625), "{naive:?}");
        assert!(is_near(naive.sns, 0.004 * 0.5) && is_near(naive.firehose, 5.12 * 0.029));
    }
}
