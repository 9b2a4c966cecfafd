//! What a month's usage costs, in one of several setups.

use crate::prices::PriceList;
use crate::{Load, Prices, Usage};

const MONTH_HOURS: f64 = 730.0;
/// Metrics of our own that an installation has, and those in its alarms; and how many more with labels.
const METRICS: f64 = 55.0;
const METRICS_OF_LABELS: f64 = 5.0;
const ALARM_METRICS: f64 = 70.0;
const ALARM_METRICS_OF_LABELS: f64 = 16.0;
/// Pollers of one billed unit, and what it carries in bytes a second.
const POLLERS_A_UNIT: f64 = 10.0;
const UNIT_BYTES: f64 = 20e6;
/// What a poller carries, in bytes a second.
const POLLER_BYTES: f64 = 5e6;
/// Brokers, one in each zone, and the least storage of each in GB.
const BROKERS: f64 = 3.0;
const LEAST_STORAGE_GB: f64 = 100.0;
/// Copies that a cluster with brokers keeps.
const COPIES: f64 = 3.0;
/// Endpoints that on-demand pollers want: Lambda, STS and Secrets Manager, in each zone.
const ENDPOINTS: f64 = 9.0;
const MILLION: f64 = 1e6;

/// How the work is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// As here: a request for many, a write for each entity of a batch.
    Ours,
    /// A read, a write and a Firehose record for each record, a request for each alert.
    Naive,
}

/// Who polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pollers {
    /// Paid by the hour; only these report partial failures.
    Provisioned,
    /// Paid with the invocations; they want endpoints in the cluster's network.
    OnDemand,
}

/// What cluster there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cluster {
    /// Three brokers of kafka.m7g.large.
    Provisioned,
    /// MSK Serverless.
    Serverless,
    /// One that is there and paid for.
    Existing,
}

/// Who archives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// `relay`, which packs lines.
    Relay,
    /// Firehose reads MSK by itself: no envelope, no dead letters, values alone.
    FirehoseReadsMsk,
}

/// The choices that a bill depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setup {
    /// How the work is done.
    pub way: Way,
    /// Who polls.
    pub pollers: Pollers,
    /// What cluster there is.
    pub cluster: Cluster,
    /// Who archives.
    pub archive: Archive,
}

impl Default for Setup {
    /// As the template has it, with a cluster of its own.
    fn default() -> Self {
        Self {
            way: Way::Ours,
            pollers: Pollers::Provisioned,
            cluster: Cluster::Provisioned,
            archive: Archive::Relay,
        }
    }
}

/// One service's part of a bill.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// The service.
    pub service: &'static str,
    /// A month of it, in USD.
    pub usd: f64,
}

/// A month's bill.
#[derive(Clone, Debug, PartialEq)]
pub struct Bill {
    /// By service.
    pub lines: Vec<Line>,
    /// The records that it is for.
    pub records: f64,
}

impl Bill {
    /// A load's, in a setup.
    pub fn of(load: &Load, setup: Setup, prices: &Prices) -> Self {
        let usage = Usage::of(load, setup.way);
        let list = &prices.prices;
        // Where Firehose reads by itself, `relay` and its half of the invocations are not there.
        let functions = match setup.archive {
            Archive::Relay => 1.0,
            Archive::FirehoseReadsMsk => 0.5,
        };
        let lines = vec![
            Line { service: "MSK", usd: cluster(load, &usage, setup.cluster, list) },
            Line { service: "Lambda pollers", usd: pollers(load, &usage, setup, list) },
            Line { service: "Lambda", usd: functions * lambda(&usage, list) },
            Line { service: "DynamoDB", usd: dynamodb(&usage, list) },
            Line {
                service: "SNS",
                usd: usage.sns_requests / MILLION * list.sns_million_requests.usd,
            },
            Line { service: "Firehose", usd: firehose(&usage, setup.archive, list) },
            Line { service: "S3", usd: s3(&usage, list) },
            Line { service: "CloudWatch", usd: cloudwatch(load, &usage, functions, list) },
        ];
        Self { lines, records: usage.records }
    }

    /// All of it, in USD.
    pub fn total(&self) -> f64 {
        self.lines.iter().map(|line| line.usd).sum()
    }

    /// The largest part.
    pub fn dominant(&self) -> Option<Line> {
        self.lines.iter().copied().max_by(|one, other| one.usd.total_cmp(&other.usd))
    }

    /// A service's part of it, in USD.
    pub fn service(&self, name: &str) -> f64 {
        self.lines.iter().filter(|line| line.service == name).map(|line| line.usd).sum()
    }
}

fn lambda(usage: &Usage, list: &PriceList) -> f64 {
    usage.gb_seconds * list.lambda_gb_second_arm64.usd
        + usage.invocations / MILLION * list.lambda_million_requests.usd
}

fn dynamodb(usage: &Usage, list: &PriceList) -> f64 {
    usage.read_units / MILLION * list.dynamodb_million_read_units.usd
        + usage.write_units / MILLION * list.dynamodb_million_write_units.usd
}

fn firehose(usage: &Usage, archive: Archive, list: &PriceList) -> f64 {
    match archive {
        Archive::Relay => usage.firehose_gb * list.firehose_direct_put_gb.usd,
        Archive::FirehoseReadsMsk => usage.kafka_gb * list.firehose_msk_source_gb.usd,
    }
}

/// The archive of one month, and an object every five minutes.
fn s3(usage: &Usage, list: &PriceList) -> f64 {
    let objects = MONTH_HOURS * 12.0;
    usage.archive_gb * list.s3_gb_month.usd + objects / 1_000.0 * list.s3_thousand_puts.usd
}

fn cloudwatch(load: &Load, usage: &Usage, functions: f64, list: &PriceList) -> f64 {
    let (metrics, alarm_metrics) = if load.has_labels() {
        (METRICS + METRICS_OF_LABELS, ALARM_METRICS + ALARM_METRICS_OF_LABELS)
    } else {
        (METRICS, ALARM_METRICS)
    };
    metrics * list.cloudwatch_metric_month.usd
        + alarm_metrics * list.cloudwatch_alarm_metric_month.usd
        + list.cloudwatch_dashboard_month.usd
        + functions * usage.metric_requests / 1_000.0 * list.cloudwatch_thousand_requests.usd
        + functions * usage.log_gb * list.cloudwatch_logs_gb.usd
}

/// All mappings share one group of pollers, and each has one at least.
/// Lambda's guide, "Cost Optimization for Provisioned mode", says how many make a unit.
fn pollers(load: &Load, usage: &Usage, setup: Setup, list: &PriceList) -> f64 {
    // A mapping for each topic and function.
    let functions = match setup.archive {
        Archive::Relay => 2.0,
        Archive::FirehoseReadsMsk => 1.0,
    };
    match setup.pollers {
        Pollers::Provisioned => {
            let a_topic = load.records_per_second * load.record_bytes / Load::TOPICS;
            let labels = load.labels_per_second() * Load::LABEL_BYTES;
            let mut pollers = Load::TOPICS * pollers_of_one(a_topic);
            if load.has_labels() {
                pollers += pollers_of_one(labels);
            }
            let bytes = functions * (Load::TOPICS * a_topic + labels);
            let units = (functions * pollers / POLLERS_A_UNIT).max(bytes / UNIT_BYTES).ceil();
            units * MONTH_HOURS * list.lambda_poller_unit_hour.usd
        }
        Pollers::OnDemand => {
            let labels = usage.records / load.records_per_second * load.labels_per_second();
            let bytes = usage.records * load.event_bytes() + labels * Load::LABEL_EVENT_BYTES;
            ENDPOINTS * MONTH_HOURS * list.vpc_endpoint_hour.usd
                + functions * bytes / 1e9 * list.vpc_endpoint_gb.usd
        }
    }
}

/// Pollers of a mapping that carries so many bytes a second.
fn pollers_of_one(bytes: f64) -> f64 {
    (bytes / POLLER_BYTES).ceil().max(1.0)
}

fn cluster(load: &Load, usage: &Usage, cluster: Cluster, list: &PriceList) -> f64 {
    let bytes =
        load.records_per_second * load.record_bytes + load.labels_per_second() * Load::LABEL_BYTES;
    let kept_gb = bytes * load.retention_days * 86_400.0 / 1e9;
    match cluster {
        Cluster::Existing => 0.0,
        Cluster::Provisioned => {
            let storage = (kept_gb * COPIES).max(BROKERS * LEAST_STORAGE_GB);
            BROKERS * MONTH_HOURS * list.msk_m7g_large_hour.usd
                + storage * list.msk_storage_gb_month.usd
        }
        Cluster::Serverless => {
            let topics = if load.has_labels() { Load::TOPICS + 1.0 } else { Load::TOPICS };
            let partitions = topics * load.partitions;
            // Both functions read everything.
            MONTH_HOURS * list.msk_serverless_cluster_hour.usd
                + partitions * MONTH_HOURS * list.msk_serverless_partition_hour.usd
                + usage.kafka_gb * list.msk_serverless_gb_in.usd
                + 2.0 * usage.kafka_gb * list.msk_serverless_gb_out.usd
                + kept_gb * list.msk_storage_gb_month.usd
        }
    }
}
