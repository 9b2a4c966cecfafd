//! What people read of a sensor.

use millrace_shared::profiles::SensorProfile;
use millrace_shared::windows::{MeasureStats, MeasureWindow, MeasureWindows};

use super::attribute::{AttributeError, Attributes};
use super::value::{Value, count, float, list, map, text, texts, time};

/// The attributes, in the order in which [`values`] gives them.
pub(super) const ATTRIBUTES: [&str; 4] = ["windows", "events", "late", "newest"];

pub(super) fn values(sensor: &SensorProfile) -> [Value<'_>; ATTRIBUTES.len()] {
    [
        list(&sensor.windows.0, write_window),
        count(sensor.events),
        count(sensor.late),
        time(sensor.newest),
    ]
}

pub(super) fn read(item: &Attributes<'_>) -> Result<SensorProfile, AttributeError> {
    Ok(SensorProfile {
        windows: MeasureWindows(item.list("windows", read_window)?),
        events: item.count("events")?,
        late: item.count("late")?,
        newest: item.time("newest")?,
    })
}

fn write_window(window: &MeasureWindow) -> Value<'_> {
    map([
        ("start", time(window.start)),
        ("measures", list(&window.measures, write_measure)),
        ("anomalies", texts(&window.anomalies)),
    ])
}

fn read_window(item: &Attributes<'_>) -> Result<MeasureWindow, AttributeError> {
    Ok(MeasureWindow {
        start: item.time("start")?,
        measures: item.list("measures", read_measure)?,
        anomalies: item.texts("anomalies")?,
    })
}

fn write_measure(stats: &MeasureStats) -> Value<'_> {
    map([
        ("measure", text(&stats.measure)),
        ("count", count(stats.count)),
        ("min", float(stats.min)),
        ("max", float(stats.max)),
        ("mean", float(stats.mean)),
        ("squares", float(stats.squares)),
    ])
}

fn read_measure(item: &Attributes<'_>) -> Result<MeasureStats, AttributeError> {
    Ok(MeasureStats {
        measure: item.text("measure")?,
        count: item.count("count")?,
        min: item.float("min")?,
        max: item.float("max")?,
        mean: item.float("mean")?,
        squares: item.float("squares")?,
    })
}
