use super::super::examples::{alerts_of, evidence, sensor_reading};
use super::*;

/// Numbers between -1 and 1, the same for the same arguments.
fn noise(number: u32, which: u32) -> f64 {
    let seed = u64::from(number) << 8 | u64::from(which);
    2.0 * fastrand::Rng::with_seed(seed).f64() - 1.0
}

/// Temperature and pressure that rise and fall together, and humidity by itself.
fn usual(number: u32) -> [f64; 3] {
    let together = 5.0 * noise(number, 0);
    let own = |which| noise(number, which);
    [20.0 + together + own(1), 1_000.0 + 2.0 * together + own(2), 50.0 + own(3)]
}

fn take(
    detector: &mut MultivariateScore,
    [temperature, pressure, humidity]: [f64; 3],
) -> Vec<super::super::Raised> {
    let readings = [("temperature", temperature), ("pressure", pressure), ("humidity", humidity)];
    alerts_of(detector, &sensor_reading(&readings))
}

fn after(count: u32) -> MultivariateScore {
    let mut detector = MultivariateScore::default();
    for number in 0..count {
        assert!(take(&mut detector, usual(number)).is_empty(), "an alert at {number}");
    }
    detector
}

#[test]
fn what_is_usual_alone_but_not_together_is_alerted_once_and_again_after_it_was_over() {
    let mut detector = after(1_000);
    // Each of them within what it usually is; but they never go apart.
    let apart = |number| {
        let [_, _, humidity] = usual(number);
        [24.5, 991.0, humidity]
    };
    let mut alerts = Vec::new();
    for number in 1_000..1_200 {
        alerts.extend(take(&mut detector, apart(number)));
    }
    assert!(detector.is_alarmed());
    for number in 1_200..1_400 {
        alerts.extend(take(&mut detector, usual(number)));
    }
    assert_eq!(alerts.len(), 1);
    assert!(!detector.is_alarmed());
    for number in 1_400..1_600 {
        alerts.extend(take(&mut detector, apart(number)));
    }
    assert_eq!(alerts.len(), 2);
    assert_eq!(alerts[0].severity, Severity::Medium);
    assert!(alerts[0].message.starts_with("The 3 measures are improbable together: T² is "));
    let shown = evidence(&alerts[0]);
    assert!(shown.contains("measures=3 furthest_measure="), "{shown}");
}

#[test]
fn a_measure_that_is_missing_stays_where_it_was() {
    let mut detector = after(1_000);
    for number in 1_000..2_000 {
        let [temperature, _, humidity] = usual(number);
        let readings = [("temperature", temperature), ("humidity", humidity)];
        let [_, pressure, _] = usual(number);
        let all = [("temperature", temperature), ("pressure", pressure), ("humidity", humidity)];
        // Every third event without pressure.
        let event = if number % 3 == 0 { &readings[..] } else { &all[..] };
        assert!(alerts_of(&mut detector, &sensor_reading(event)).is_empty(), "at {number}");
    }
}

#[test]
fn one_measure_alone_is_not_looked_at_and_a_ninth_neither() {
    let mut detector = MultivariateScore::default();
    for number in 0..2_000 {
        let value = if number < 1_500 { noise(number, 0) } else { 1e6 };
        assert!(alerts_of(&mut detector, &sensor_reading(&[("pressure", value)])).is_empty());
    }
    let names: Vec<String> = (0..20).map(|number| format!("measure-{number}")).collect();
    for number in 0..450 {
        let readings: Vec<(&str, f64)> = (0..20)
            .zip(&names)
            .map(|(which, name)| (name.as_str(), noise(number, which)))
            .collect();
        alerts_of(&mut detector, &sensor_reading(&readings));
    }
    assert_eq!(detector.measures.len(), MEASURE_LIMIT);
}

#[test]
fn an_alarm_that_lasts_becomes_the_new_normal() {
    let mut detector = after(1_000);
    let moved = |number| {
        let [temperature, pressure, humidity] = usual(number);
        [temperature + 50.0, pressure, humidity]
    };
    let mut alerts = 0;
    for number in 1_000..3_001 {
        assert_eq!(detector.is_alarmed(), number > 1_000 && alerts == 1);
        alerts += take(&mut detector, moved(number)).len();
    }
    assert_eq!(alerts, 1);
    // It learns anew from 400 events, and then it is the old level that is unusual.
    for number in 3_001..3_450 {
        assert!(take(&mut detector, moved(number)).is_empty());
    }
    let mut back = 0;
    for number in 3_450..3_550 {
        back += take(&mut detector, usual(number)).len();
    }
    assert_eq!(back, 1);
}

#[test]
fn eight_measures_take_little() {
    let names: Vec<String> = (0..8).map(|number| format!("m{number}")).collect();
    let mut detector = MultivariateScore::default();
    let mut most = 0;
    for number in 0..500 {
        let readings: Vec<(&str, f64)> =
            (0..8).zip(&names).map(|(which, name)| (name.as_str(), noise(number, which))).collect();
        alerts_of(&mut detector, &sensor_reading(&readings));
        most = most.max(postcard::to_stdvec(&detector).unwrap().len());
    }
    let bytes = postcard::to_stdvec(&detector).unwrap().len();
    assert!(bytes < 300 && most < 350, "{bytes} bytes, {most} while it learns");
}
