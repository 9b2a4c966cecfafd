//! `millrace evaluate`: how good the detectors are on labelled data, by the code of the function.

mod activity;
mod labelled;
mod measures;
mod nab;
mod transactions;
mod travel;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use millrace_evaluate::activity::ActivitySettings;
use millrace_evaluate::labelled::LabelledSeries;
use millrace_evaluate::measures::MeasuresSettings;
use millrace_evaluate::nab::Corpus;
use millrace_evaluate::transactions::{Lengths, SimulatorSettings};
use millrace_evaluate::travel::TravelSettings;
use serde_json::{Map, Value, json};

use crate::error::Error;

/// What `evaluate` can be told.
#[derive(Args, Debug)]
#[group(id = "data", required = true, multiple = true)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Options {
    /// A folder with Numenta's anomaly benchmark, or some of it: `data/CATEGORY/NAME.csv` and
    /// `labels/combined_windows.json`
    #[arg(long, value_name = "DIR", group = "data")]
    nab: Option<PathBuf>,
    /// Files with labelled series of your own: columns `timestamp`, `label` (0 or 1) and one for each
    /// measure; a row for each event of one sensor
    #[arg(long, value_name = "FILE", num_args = 1.., group = "data")]
    csv: Vec<PathBuf>,
    /// Columns of these files that are no measures
    #[arg(long, value_name = "COLUMN", num_args = 1.., requires = "csv")]
    ignore: Vec<String>,
    /// How many rows of each of these files are only learnt from and do not count
    #[arg(long, value_name = "N", default_value_t = 0, requires = "csv")]
    skip: usize,
    /// A simulated population that pays, with fraud in it, as the fraud handbook describes it
    #[arg(long, group = "data")]
    transactions: bool,
    /// A simulated population that looks around, all of it ordinary people but for a few bots
    #[arg(long, group = "data")]
    activity: bool,
    /// Simulated machines of several measures, with faults that no measure shows by itself
    #[arg(long, group = "data")]
    measures: bool,
    /// A simulated population that travels, some of whose cards are cloned
    #[arg(long, group = "data")]
    travel: bool,
    /// The same seed gives the same population
    #[arg(long, value_name = "S", default_value_t = 1)]
    seed: u64,
    /// How many people look around, for a week
    #[arg(
        long, value_name = "N", default_value_t = 1_000, requires = "activity",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    people: u32,
    /// How many customers it has; there are twice as many terminals
    #[arg(
        long, value_name = "N", default_value_t = 5_000, requires = "transactions",
        value_parser = clap::value_parser!(u32).range(1..=1_000_000)
    )]
    customers: u32,
    /// How many days it pays; the last seven are what detectors are judged by
    #[arg(
        long, value_name = "N", default_value_t = 136, requires = "transactions",
        value_parser = clap::value_parser!(u32).range(1..=3_650)
    )]
    days: u32,
    /// How long episodes of fraud last
    #[arg(long, value_name = "WHICH", default_value = "random", requires = "transactions")]
    episodes: Episodes,
    /// Print one JSON object and nothing else
    #[arg(long)]
    json: bool,
}

/// How long a terminal or a card stays compromised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Episodes {
    /// As long on average as in the handbook, but they may end on any day
    Random,
    /// 28 days at a terminal and 14 with a card, as in the handbook
    Fixed,
}

impl Options {
    fn simulated(&self) -> SimulatorSettings {
        SimulatorSettings {
            seed: self.seed,
            customers: self.customers,
            terminals: 2 * self.customers,
            days: self.days,
            lengths: match self.episodes {
                Episodes::Random => Lengths::Random,
                Episodes::Fixed => Lengths::Fixed,
            },
        }
    }
}

/// Evaluates all the data there is.
pub(crate) async fn run(options: &Options) -> Result<ExitCode, Error> {
    let mut text = String::new();
    let mut object = Map::new();
    if let Some(folder) = &options.nab {
        let corpus = Corpus::read(folder)?;
        let reports = millrace_evaluate::nab::evaluate(&corpus);
        nab::write(&mut text, &corpus, &reports);
        object.insert("nab".to_owned(), json!(reports));
        object.insert("nab_data".to_owned(), nab::data(&corpus));
    }
    if !options.csv.is_empty() {
        let read = |path: &PathBuf| LabelledSeries::read(path, &options.ignore);
        let series = options.csv.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let reports = millrace_evaluate::labelled::evaluate(&series, options.skip);
        labelled::write(&mut text, series.len(), &reports);
        object.insert("csv".to_owned(), json!(reports));
    }
    if options.transactions {
        let report = millrace_evaluate::transactions::evaluate(&options.simulated()).await?;
        transactions::write(&mut text, &report);
        object.insert("transactions".to_owned(), json!(report));
    }
    if options.activity {
        let simulated = ActivitySettings {
            seed: options.seed,
            people: options.people,
            ..ActivitySettings::default()
        };
        let report = millrace_evaluate::activity::evaluate(&simulated).await?;
        activity::write(&mut text, &report);
        object.insert("activity".to_owned(), json!(report));
    }
    if options.measures {
        let simulated = MeasuresSettings { seed: options.seed, ..MeasuresSettings::default() };
        let report = millrace_evaluate::measures::evaluate(&simulated);
        measures::write(&mut text, &report);
        object.insert("measures".to_owned(), json!(report));
    }
    if options.travel {
        let simulated = TravelSettings { seed: options.seed, ..TravelSettings::default() };
        let report = millrace_evaluate::travel::evaluate(&simulated);
        travel::write(&mut text, &report);
        object.insert("travel".to_owned(), json!(report));
    }
    if options.json {
        text = format!("{}\n", Value::Object(object));
    }
    let mut output = anstream::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).map_err(Error::Output)?;
    Ok(ExitCode::SUCCESS)
}
