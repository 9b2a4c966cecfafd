//! `millrace cost`: what a load costs a month.

use std::io::Write;
use std::process::ExitCode;

use clap::Args;
use millrace_cost::{Load, Prices, comparison, document};

use crate::error::Error;

/// What `cost` can be told.
#[derive(Args, Debug)]
pub(crate) struct Options {
    /// Records a second, over the three topics; labels come on top
    #[arg(long, value_name = "N", default_value_t = 1_000.0, value_parser = positive)]
    records_per_second: f64,
    /// Bytes of a record's value
    #[arg(long, value_name = "N", default_value_t = 600.0, value_parser = positive)]
    record_bytes: f64,
    /// Distinct users and sensors that are active
    #[arg(long, value_name = "N", default_value_t = 100_000.0, value_parser = positive)]
    keys: f64,
    /// The mappings' `BatchSize`
    #[arg(long, value_name = "N", default_value_t = 1_000.0, value_parser = positive)]
    batch_size: f64,
    /// The mappings' batching window in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5.0, value_parser = positive)]
    window: f64,
    /// Partitions of each topic
    #[arg(long, value_name = "N", default_value_t = 6.0, value_parser = positive)]
    partitions: f64,
    /// The share of records that raise an alert, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 0.5, value_parser = positive)]
    alerts: f64,
    /// The share of payments that a label tells of later, in percent; without it there is no topic of labels
    #[arg(long, value_name = "PERCENT", value_parser = positive)]
    labels: Option<f64>,
    /// Print the tables of docs/costs.md instead
    #[arg(long)]
    document: bool,
}

/// Prints the bill.
pub(crate) fn run(options: &Options) -> Result<ExitCode, Error> {
    let prices = Prices::published().map_err(|error| Error::Prices(error.to_string()))?;
    let mut load = Load::new(options.records_per_second, options.record_bytes, options.keys);
    load.batch_size = options.batch_size;
    load.window_seconds = options.window;
    load.partitions = options.partitions;
    load.alert_share = options.alerts / 100.0;
    load.label_share = options.labels.unwrap_or_default() / 100.0;
    let text = if options.document { document(&prices) } else { comparison(&load, &prices) };
    let mut output = anstream::stdout().lock();
    writeln!(output, "{}", text.trim_end()).map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}

/// A number above zero.
fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "it should be a number above 0".to_owned())
}
