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
use millrace_shared::windows::{MeasureStats, MeasureWindow, MeasureWindows};

use super::attribute::{AttributeError, Attributes};
use super::item::Item;
use super::value::{self, Place};

const WANTED: &str = "a list of windows, each a list of a start, measures and anomalies";

pub(super) fn write(sensor: &SensorProfile, item: &mut impl value::Attributes) {
    let measures = measures(&sensor.windows);
    item.named("measures").texts(&measures);
    item.named("windows")
        .each(&sensor.windows.0, |window, place| write_window(window, &measures, place));
    item.named("events").count(sensor.events);
    item.named("late").count(sensor.late);
    item.named("newest").time(sensor.newest);
}

pub(super) fn read(item: &Attributes<'_>) -> Result<SensorProfile, AttributeError> {
    let measures: Vec<String> = item.texts("measures")?;
    let window = |window: Item<'_>| read_window(window, &measures);
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

fn write_window(window: &MeasureWindow, measures: &[&str], place: Place<'_>) {
    place.list(|values| {
        values.next().time(window.start);
        for measure in measures {
            let stats = window.measures.iter().find(|stats| stats.measure == *measure);
            values.next().optional(stats, write_measure);
        }
        for anomaly in &window.anomalies {
            values.next().text(anomaly);
        }
    });
}

fn read_window(window: Item<'_>, measures: &[String]) -> Option<MeasureWindow> {
    let mut items = window.list()?;
    let start = items.next()?.time()?;
    let mut of_measures = Vec::new();
    for measure in measures {
        let stats = items.next()?;
        if !stats.is_null() {
            of_measures.push(read_measure(stats, measure)?);
        }
    }
    let anomalies: Option<_> = items.map(|anomaly| anomaly.text().map(Cow::into_owned)).collect();
    Some(MeasureWindow { start, measures: of_measures, anomalies: anomalies? })
}

fn write_measure(stats: &MeasureStats, place: Place<'_>) {
    place.list(|values| {
        values.next().count(stats.count);
        values.next().float(stats.min);
        values.next().float(stats.max);
        values.next().float(stats.mean);
        values.next().single(stats.squares);
    });
}

fn read_measure(stats: Item<'_>, measure: &str) -> Option<MeasureStats> {
    let mut items = stats.list()?;
    let stats = MeasureStats {
        measure: measure.to_owned(),
        count: items.next()?.number()?,
        min: items.next()?.number()?,
        max: items.next()?.number()?,
        mean: items.next()?.number()?,
        squares: items.next()?.number()?,
    };
    items.next().is_none().then_some(stats)
}
