//! What people read of a sensor.
//!
//! ```text
//!   measures  ["humidity", "temperature"]
//!   windows   [["2026-01-05T08:00:00.000Z", [5, 20.1, 20.9, 20.54, 0.512], [2, 51, 52, 51.5, 0.5], "tail_norm"]]
//!                start                       count min  max   mean  squares  of the next measure    anomaly
//! ```
//!
//! A window is a list of its start, of what it holds of each measure, in the order of `measures`
//! (nothing where it has none), and of the detectors that raised an alert in it. As maps, two
//! windows of three measures would take twice the room, most of it for names. The measures are in
//! the order of their names, so that the item is the same however often it was stored and read.

use std::borrow::Cow;

use millrace_shared::profiles::SensorProfile;
use millrace_shared::time::EventTime;
use millrace_shared::windows::{MeasureStats, MeasureWindow, MeasureWindows};

use super::attribute::{AttributeError, Attributes};
use super::item::Item;
use super::value::{Value, count, float, single, text, time};

/// The attributes, in the order in which [`values`] gives them.
pub(super) const ATTRIBUTES: [&str; 5] = ["measures", "windows", "events", "late", "newest"];

const WANTED: &str = "a list of windows, each a list of a start, measures and anomalies";

pub(super) fn values(sensor: &SensorProfile) -> [Value<'_>; ATTRIBUTES.len()] {
    let measures = measures(&sensor.windows);
    let windows = sensor.windows.0.iter().map(|window| write_window(window, &measures)).collect();
    [
        Value::List(measures.into_iter().map(text).collect()),
        Value::List(windows),
        count(sensor.events),
        count(sensor.late),
        time(sensor.newest),
    ]
}

pub(super) fn read(item: &Attributes<'_>) -> Result<SensorProfile, AttributeError> {
    let measures = item.texts("measures")?;
    let window = |window: &Item<'_>| read_window(window, &measures);
    Ok(SensorProfile {
        windows: MeasureWindows(item.items("windows", WANTED, window)?),
        events: item.count("events")?,
        late: item.count("late")?,
        newest: item.time("newest")?,
    })
}

/// The measures of all windows, each once, in the order of their names.
fn measures(windows: &MeasureWindows) -> Vec<&str> {
    let all = windows.0.iter().flat_map(|window| &window.measures);
    let mut measures: Vec<&str> = all.map(|stats| stats.measure.as_str()).collect();
    measures.sort_unstable();
    measures.dedup();
    measures
}

fn write_window<'a>(window: &'a MeasureWindow, measures: &[&str]) -> Value<'a> {
    let mut values = vec![time(window.start)];
    for measure in measures {
        let stats = window.measures.iter().find(|stats| stats.measure == *measure);
        values.push(stats.map_or(Value::Null, write_measure));
    }
    values.extend(window.anomalies.iter().map(text));
    Value::List(values)
}

fn read_window(window: &Item<'_>, measures: &[String]) -> Option<MeasureWindow> {
    let items = window.list()?;
    let (start, rest) = items.split_first()?;
    let (of_measures, anomalies) = rest.split_at_checked(measures.len())?;
    let mut read = MeasureWindow {
        start: EventTime::parse(&start.text()?)?,
        measures: Vec::new(),
        anomalies: Vec::new(),
    };
    for (stats, measure) in of_measures.iter().zip(measures) {
        if !stats.is_null() {
            read.measures.push(read_measure(stats, measure)?);
        }
    }
    for anomaly in anomalies {
        read.anomalies.push(anomaly.text().map(Cow::into_owned)?);
    }
    Some(read)
}

fn write_measure(stats: &MeasureStats) -> Value<'_> {
    Value::List(vec![
        count(stats.count),
        float(stats.min),
        float(stats.max),
        float(stats.mean),
        single(stats.squares),
    ])
}

fn read_measure(stats: &Item<'_>, measure: &str) -> Option<MeasureStats> {
    let items = stats.list()?;
    let [count, min, max, mean, squares] = &items[..] else { return None };
    Some(MeasureStats {
        measure: measure.to_owned(),
        count: count.number()?,
        min: min.number()?,
        max: max.number()?,
        mean: mean.number()?,
        squares: squares.number()?,
    })
}
