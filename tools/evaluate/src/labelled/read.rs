use std::path::Path;

use crate::EvaluateError;
use crate::series::{Row, Series};
use crate::table::Table;
use crate::time;

const TIME_NAMES: [&str; 3] = ["timestamp", "time", "datetime"];
const LABEL_NAMES: [&str; 2] = ["label", "anomaly"];

/// A series whose rows say whether they are anomalous.
#[derive(Debug)]
pub struct LabelledSeries {
    pub(crate) series: Series,
    pub(crate) labels: Vec<bool>,
}

impl LabelledSeries {
    /// Reads a file. Its columns named in `ignored` are no measures.
    pub fn read(path: &Path, ignored: &[String]) -> Result<Self, EvaluateError> {
        let table = Table::read(path)?;
        let column = |names: &[&str], wanted| {
            table.place_of(names).ok_or_else(|| EvaluateError::NoColumn {
                path: path.to_owned(),
                wanted,
                found: table.columns.join(", "),
            })
        };
        let times = column(&TIME_NAMES, "`timestamp`, `time` or `datetime`")?;
        let labels = column(&LABEL_NAMES, "`label` or `anomaly`")?;
        let is_measure = |place: &usize| {
            let name = &table.columns[*place];
            *place != times && *place != labels && !ignored.contains(name)
        };
        let places: Vec<usize> = (0..table.columns.len()).filter(is_measure).collect();

        let mut read = Self {
            series: Series {
                name: path.display().to_string(),
                measures: places.iter().map(|place| table.columns[*place].clone()).collect(),
                rows: Vec::with_capacity(table.rows.len()),
            },
            labels: Vec::with_capacity(table.rows.len()),
        };
        for (line, row) in &table.rows {
            let wrong = |found: &str, wanted| EvaluateError::Cell {
                path: path.to_owned(),
                line: *line,
                found: found.to_owned(),
                wanted,
            };
            let time = time::read(&row[times]).ok_or_else(|| wrong(&row[times], "no time"))?;
            let label =
                label(&row[labels]).ok_or_else(|| wrong(&row[labels], "neither 0 nor 1"))?;
            let values = places.iter().map(|place| value(&row[*place]).ok_or(&row[*place]));
            let values = values.collect::<Result<_, _>>();
            let values = values.map_err(|found| wrong(found, "no number"))?;
            read.series.rows.push(Row { time, values });
            read.labels.push(label);
        }
        Ok(read)
    }
}

fn label(cell: &str) -> Option<bool> {
    match cell.trim() {
        "0" | "0.0" => Some(false),
        "1" | "1.0" => Some(true),
        _ => None,
    }
}

/// A value, or that there is none; `None` if it is something else.
#[expect(clippy::option_option, reason = "a cell may be wrong, empty, or a number")]
fn value(cell: &str) -> Option<Option<f64>> {
    let cell = cell.trim();
    if cell.is_empty() {
        return Some(None);
    }
    cell.parse().ok().map(|number: f64| number.is_finite().then_some(number))
}
