use std::collections::BTreeMap;
use std::path::Path;

use millrace_shared::time::EventTime;

use super::score::Window;
use crate::EvaluateError;
use crate::series::{Row, Series};
use crate::table::Table;
use crate::time;

/// What a series of the benchmark measures, as the sensors' detectors see it.
const MEASURE: &str = "value";

/// The labelled series of a folder: the whole benchmark, or some of it.
#[derive(Debug)]
pub struct Corpus {
    pub(super) series: Vec<Labelled>,
}

/// A series with its labels.
#[derive(Debug)]
pub(super) struct Labelled {
    /// The folder it is in, `realTweets` say.
    pub(super) category: String,
    pub(super) series: Series,
    pub(super) windows: Vec<Window>,
}

/// Labels as the benchmark has them: for each series, the first and the last time of each window.
type Labels = BTreeMap<String, Vec<(String, String)>>;

impl Corpus {
    /// Reads `labels/combined_windows.json` of a folder, and of the series that it labels those that
    /// are in `data`.
    pub fn read(folder: &Path) -> Result<Self, EvaluateError> {
        let path = folder.join("labels").join("combined_windows.json");
        let text = std::fs::read_to_string(&path)
            .map_err(|source| EvaluateError::Unreadable { path: path.clone(), source })?;
        let wrong = |reason: String| EvaluateError::Labels { path: path.clone(), reason };
        let labels: Labels =
            serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        let mut series = Vec::new();
        for (name, windows) in labels {
            let file = folder.join("data").join(&name);
            if !file.is_file() {
                continue;
            }
            let read = read_series(&file, &name)?;
            let windows = windows.iter().map(|(first, last)| window(&read, first, last));
            let windows = windows.collect::<Option<Vec<Window>>>();
            let windows =
                windows.ok_or_else(|| wrong(format!("a window of `{name}` holds no row of it")))?;
            let category = name.split('/').next().unwrap_or_default().to_owned();
            series.push(Labelled { category, series: read, windows });
        }
        if series.is_empty() {
            return Err(EvaluateError::NoSeries { folder: folder.to_owned() });
        }
        Ok(Self { series })
    }

    /// How many series there are.
    pub fn series(&self) -> usize {
        self.series.len()
    }

    /// How many windows are labelled.
    pub fn windows(&self) -> usize {
        self.series.iter().map(|labelled| labelled.windows.len()).sum()
    }

    /// How many readings there are.
    pub fn readings(&self) -> usize {
        self.series.iter().map(|labelled| labelled.series.rows.len()).sum()
    }
}

fn read_series(path: &Path, name: &str) -> Result<Series, EvaluateError> {
    let table = Table::read(path)?;
    let column = |wanted: &'static str| {
        let found = || table.columns.join(", ");
        table.place_of(&[wanted]).ok_or_else(|| EvaluateError::NoColumn {
            path: path.to_owned(),
            wanted,
            found: found(),
        })
    };
    let (times, values) = (column("timestamp")?, column("value")?);
    let mut rows = Vec::with_capacity(table.rows.len());
    for (line, row) in &table.rows {
        let wrong = |found: &str, wanted| EvaluateError::Cell {
            path: path.to_owned(),
            line: *line,
            found: found.to_owned(),
            wanted,
        };
        let (time, value) = (&row[times], &row[values]);
        let time = time::read(time).ok_or_else(|| wrong(time, "no time"))?;
        let value: f64 = value.trim().parse().map_err(|_| wrong(value, "no number"))?;
        rows.push(Row { time, values: vec![Some(value)] });
    }
    Ok(Series { name: name.to_owned(), measures: vec![MEASURE.to_owned()], rows })
}

/// The rows of a window: from the first at its first time or later to the first at its last time, as
/// the benchmark's own scorer has it where a time comes twice.
fn window(series: &Series, first: &str, last: &str) -> Option<Window> {
    let (first, last) = (time::read(first)?, time::read(last)?);
    let place =
        |is_it: &dyn Fn(EventTime) -> bool| series.rows.iter().position(|row| is_it(row.time));
    let begin = place(&|time| time >= first)?;
    let end = place(&|time| time == last)
        .or_else(|| series.rows.iter().rposition(|row| row.time < last))?;
    (begin <= end).then_some(Window { first: begin, last: end })
}
