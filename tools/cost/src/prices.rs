//! The prices, from one file.

use serde::Deserialize;

/// One price.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// In USD.
    pub usd: f64,
    /// For what.
    pub per: String,
    /// The page that has it.
    pub source: String,
    /// Where else the same number was seen, and from when that is; `None` if nowhere.
    pub checked: Option<String>,
}

macro_rules! prices {
    ($($(#[$doc:meta])* $name:ident;)+) => {
        /// Every price that a bill is made of.
        #[derive(Clone, Debug, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct PriceList {
            $($(#[$doc])* pub $name: Price,)+
        }

        impl PriceList {
            /// All of them, under their names.
            pub fn all(&self) -> Vec<(&'static str, &Price)> {
                vec![$((stringify!($name), &self.$name),)+]
            }
        }
    };
}

prices! {
    /// Lambda's time, on arm64.
    lambda_gb_second_arm64;
    /// Invocations.
    lambda_million_requests;
    /// Provisioned pollers.
    lambda_poller_unit_hour;
    /// Writes on demand.
    dynamodb_million_write_units;
    /// Reads on demand.
    dynamodb_million_read_units;
    /// Publishing.
    sns_million_requests;
    /// Dead letters.
    sqs_million_requests;
    /// What `relay` puts.
    firehose_direct_put_gb;
    /// What Firehose reads by itself.
    firehose_msk_source_gb;
    /// The archive.
    s3_gb_month;
    /// Its objects.
    s3_thousand_puts;
    /// Metrics of our own.
    cloudwatch_metric_month;
    /// `PutMetricData`.
    cloudwatch_thousand_requests;
    /// Alarms.
    cloudwatch_alarm_metric_month;
    /// The dashboard.
    cloudwatch_dashboard_month;
    /// The functions' logs.
    cloudwatch_logs_gb;
    /// A broker.
    msk_m7g_large_hour;
    /// What brokers and clusters keep.
    msk_storage_gb_month;
    /// A cluster without brokers.
    msk_serverless_cluster_hour;
    /// Its partitions.
    msk_serverless_partition_hour;
    /// What is written to it.
    msk_serverless_gb_in;
    /// What is read from it.
    msk_serverless_gb_out;
    /// What on-demand pollers want in the cluster's network.
    vpc_endpoint_hour;
    /// What passes through it.
    vpc_endpoint_gb;
}

/// The prices of one region at one time.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The region.
    pub region: String,
    /// The day, `2026-11-20`.
    pub as_of: String,
    /// What to mind.
    pub note: String,
    /// The prices.
    pub prices: PriceList,
}

impl Prices {
    /// Those of `prices.json`.
    ///
    /// # Errors
    /// The file does not hold what it should; a test sees to it that it does.
    pub fn published() -> Result<Self, serde_json::Error> {
        serde_json::from_str(include_str!("../prices.json"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_is_positive_and_says_where_it_is_from() {
        let prices = Prices::published().unwrap();
        for (name, price) in prices.prices.all() {
            assert!(price.usd > 0.0 && !price.per.is_empty(), "{name}");
            assert!(price.source.starts_with("https://aws.amazon.com/"), "{name}");
        }
        let parts: Vec<usize> = prices.as_of.split('-').map(str::len).collect();
        assert_eq!(parts, [4, 2, 2], "{}", prices.as_of);
    }
}
