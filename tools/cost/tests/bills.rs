//! Bills worked out by hand, and what has to hold of any of them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use millrace_cost::{Archive, Bill, Cluster, Load, Pollers, Prices, Setup, Usage, Way, document};

fn bill(load: &Load, setup: Setup) -> Bill {
    Bill::of(load, setup, &Prices::published().unwrap())
}

fn is_near(one: f64, other: f64) -> bool {
    (one - other).abs() <= other.abs() * 0.005
}

#[test]
fn a_naive_bill_is_what_a_person_works_out() {
    let load = Load::new(1_000.0, 600.0, 100_000.0);
    let naive = bill(&load, Setup { way: Way::Naive, ..Setup::default() });
    // 2,628 million records: a read unit and a write unit each, and 0.5 % alerts of three units and
    // 2 % rows of one, which is 3.5 % more writes.
    let dynamodb = 2_628.0 * 0.125 + 2_628.0 * 1.035 * 0.625;
    assert!(is_near(naive.service("DynamoDB"), dynamodb), "{naive:?}");
    // Each line of 775 bytes is billed as 5,120.
    assert!(is_near(naive.service("Firehose"), 2_628.0e6 * 5_120.0 / 1e9 * 0.029), "{naive:?}");
    assert!(is_near(naive.service("SNS"), 2_628.0 * 0.005 * 0.5), "{naive:?}");
}

#[test]
fn clusters_and_pollers_are_what_a_person_works_out() {
    let load = Load::new(10.0, 600.0, 1_000.0);
    let ours = bill(&load, Setup::default());
    // Three brokers, and the least storage; six pollers are a unit.
    assert!(is_near(ours.service("MSK"), 3.0 * 730.0 * 0.204 + 30.0), "{ours:?}");
    assert!(is_near(ours.service("Lambda pollers"), 730.0 * 0.185), "{ours:?}");

    // 19,000 a second of 2,000 bytes: 12.7 MB/s a mapping are three pollers each, which would be two
    // units, but the 76 MB/s of all six are four.
    let much = bill(&Load::new(19_000.0, 2_000.0, 1_000.0), Setup::default());
    assert!(is_near(much.service("Lambda pollers"), 4.0 * 730.0 * 0.185), "{much:?}");

    let serverless = bill(&load, Setup { cluster: Cluster::Serverless, ..Setup::default() });
    // 15.77 GB in, twice out, 3.63 GB kept, 18 partitions.
    let expected = 730.0 * 0.75 + 18.0 * 730.0 * 0.0015 + 15.77 * 0.1 + 31.54 * 0.05 + 0.363;
    assert!(is_near(serverless.service("MSK"), expected), "{serverless:?}");

    let existing = bill(&load, Setup { cluster: Cluster::Existing, ..Setup::default() });
    assert!(existing.service("MSK") == 0.0);
}

#[test]
fn firehose_bills_what_it_reads_by_itself_without_rounding() {
    let load = Load::new(1_000.0, 600.0, 100_000.0);
    let direct = bill(&load, Setup { archive: Archive::FirehoseReadsMsk, ..Setup::default() });
    assert!(is_near(direct.service("Firehose"), 2_628.0e6 * 600.0 / 1e9 * 0.055), "{direct:?}");
    // `relay` packs, so that what it puts is billed as hardly more than it is.
    let packed = Usage::of(&load, Way::Ours).firehose_gb;
    let lines = 2_628.0e6 * load.line_bytes() / 1e9;
    assert!(packed >= lines && packed < lines * 1.02, "{packed} of {lines}");
}

#[test]
fn batching_never_costs_more_than_a_request_per_record() {
    for records in [0.1, 1.0, 30.0, 1_000.0, 50_000.0] {
        for keys in [1.0, 1_000.0, 1e7] {
            for bytes in [1.0, 600.0, 50_000.0] {
                let load = Load::new(records, bytes, keys);
                let ours = bill(&load, Setup::default());
                assert!(ours.lines.iter().all(|line| line.usd.is_finite() && line.usd >= 0.0));
                let naive = bill(&load, Setup { way: Way::Naive, ..Setup::default() });
                let firehose = (ours.service("Firehose"), naive.service("Firehose"));
                assert!(firehose.0 <= firehose.1 * 1.000_001, "{load:?}: {firehose:?}");
            }
        }
    }
}

#[test]
fn fewer_keys_and_larger_batches_are_cheaper() {
    let dynamodb = |load: &Load| bill(load, Setup::default()).service("DynamoDB");
    let load = Load::new(1_000.0, 600.0, 100_000.0);
    let fewer_keys = Load { keys: 100.0, ..load.clone() };
    let larger = Load { batch_size: 10_000.0, window_seconds: 30.0, ..load.clone() };
    assert!(dynamodb(&fewer_keys) < dynamodb(&load));
    assert!(dynamodb(&larger) < dynamodb(&load));
}

#[test]
fn on_demand_pollers_cost_less_where_there_is_little_to_carry() {
    let load = Load::new(10.0, 600.0, 1_000.0);
    let on_demand = bill(&load, Setup { pollers: Pollers::OnDemand, ..Setup::default() });
    assert!(on_demand.total() < bill(&load, Setup::default()).total());
}

#[test]
fn the_document_shows_what_the_command_prints() {
    let shown = include_str!("../../../docs/costs.md");
    let (_, rest) = shown.split_once("<!-- cost: begin -->").unwrap();
    let (shown, _) = rest.split_once("<!-- cost: end -->").unwrap();
    let printed = document(&Prices::published().unwrap());
    assert_eq!(
        shown.trim(),
        printed.trim(),
        "put what `cargo millrace cost --document` prints between the marks of docs/costs.md"
    );
}
