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
fn labels_cost_what_a_person_works_out() {
    let load = Load::new(1_000.0, 600.0, 100_000.0);
    let with_labels = Load { label_share: 0.1, ..load.clone() };
    let setup = Setup::default();
    let (without, with) = (bill(&load, setup), bill(&with_labels, setup));
    let more = |service: &str| with.service(service) - without.service(service);

    // 2.628 million batches of a thousand a month. One concerns 662.5 users, 325.1 sensors and
    // 6 partitions, all of one unit, and 313.4 merchants are read: 993.8 of 80,000 users in two
    // batches of three, 975.4 of 20,000 sensors and 940.1 of 8,000 merchants in one of three.
    let (reads, writes) = (662.5 + 325.1 + 6.0 + 313.4, 662.5 + 325.1 + 6.0);
    // 65.7 million outboxes to clear; 13.14 million alerts of three units, 52.56 million rows.
    let delivered = 65.7 + 13.14 * 3.0 + 52.56;
    // Every five seconds 166.7 labels of 166.5 users and 165.0 merchants, in 6 partitions with as many
    // calibrators.
    let (label_reads, label_writes) = (166.5 + 165.0 + 12.0, 166.5 + 165.0 + 12.0);
    let expected = (2.628 * reads + 0.5256 * label_reads) * 0.125
        + (2.628 * writes + delivered + 0.5256 * label_writes) * 0.625;
    assert!(is_near(with.service("DynamoDB"), expected), "{expected}: {with:?}");

    // A batch's lines of 325 bytes are 54,167 bytes, and billed as eleven steps.
    assert!(is_near(more("Firehose"), 525_600.0 * 56_320.0 / 1e9 * 0.029), "{with:?}");
    // 5 metrics, 16 more in alarms, and a request and 800 bytes of log for two invocations a batch.
    let expected = 1.5 + 1.6 + 1_051.2 * 0.01 + 1_051_200.0 * 800.0 / 1e9 * 0.5;
    assert!(is_near(more("CloudWatch"), expected), "{expected}: {with:?}");
    // Eight pollers are a unit as well.
    assert!(more("Lambda pollers") == 0.0, "{with:?}");
    // Six more partitions; 87.6 million labels of 150 bytes in, twice out; 3.02 GB kept.
    let serverless = Setup { cluster: Cluster::Serverless, ..setup };
    let msk = |load: &Load| bill(load, serverless).service("MSK");
    let expected = 6.0 * 730.0 * 0.0015 + 13.14 * 0.1 + 26.28 * 0.05 + 0.302;
    assert!(is_near(msk(&with_labels) - msk(&load), expected), "{expected}");
    // The naive way reads the merchant with each payment, and three states with each label.
    let naive = Setup { way: Way::Naive, ..setup };
    let (reads, writes) = (2_628.0 * 4.0 / 3.0 + 87.6 * 3.0, 2_628.0 + 87.6 * 3.0);
    let expected = reads * 0.125 + (writes + 2_628.0 * 0.035) * 0.625;
    assert!(is_near(bill(&with_labels, naive).service("DynamoDB"), expected), "{expected}");
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
