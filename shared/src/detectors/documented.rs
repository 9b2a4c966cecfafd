//! What the documents say of detectors, held to what there is.

#![expect(
    unreachable_pub,
    reason = "a set is declared for everyone, and the one here is for a test"
)]

use serde::{Deserialize, Serialize};

use super::examples::{payment, sensor_reading, user_event};
use super::set::detector_set;
use super::sets::{SensorDetectors, UserDetectors};
use super::{Alerts, BlobError, Context, Cooldowns, Detector, SectionWriter, Sections};
use crate::amount::Amount;
use crate::circumstances::Circumstances;
use crate::events::{Event, Transaction};
use crate::profiles::UserProfile;
use crate::settings::Settings;
use crate::state::{Body, SensorState, UserState};
use crate::time::EventTime;

const DETECTORS: &str = include_str!("../../../docs/detectors.md");
const WRITE_A_DETECTOR: &str = include_str!("../../../docs/write-a-detector.md");
/// Where code may stand that `docs/write-a-detector.md` shows.
const COMPILED: [&str; 2] = [include_str!("night_payment.rs"), include_str!("documented.rs")];

detector_set! {
    /// A set with the documented detector in it.
    OwnDetectors for UserProfile {
        /// Looks at a payment.
        on_transaction(Transaction) {
            night_payment: NightPayment,
        }
    }
}

/// A detector whose state was once a single byte.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Renewed {
    total: Amount,
}

impl Detector<Transaction<'_>, UserProfile> for Renewed {
    const VERSION: u8 = 2;

    fn upgrade(version: u8, _: &[u8]) -> Option<Self> {
        (version == 1).then(Self::default)
    }

    fn detect(&mut self, payment: &Transaction<'_>, _: &mut Context<'_, UserProfile>) {
        self.total += payment.amount;
    }
}

#[test]
fn every_detector_has_its_row() {
    for name in UserDetectors::NAMES.iter().chain(SensorDetectors::NAMES) {
        let row = format!("| `{name}` |");
        assert!(DETECTORS.contains(&row), "docs/detectors.md has no row for `{name}`");
    }
}

#[test]
fn the_code_that_is_shown_is_code_that_is_compiled() {
    let mut shown = 0;
    for block in WRITE_A_DETECTOR.split("```rust\n").skip(1) {
        let (code, _) = block.split_once("```").unwrap();
        let is_compiled = COMPILED.iter().any(|file| file.contains(code));
        assert!(is_compiled, "docs/write-a-detector.md shows code that nothing compiles:\n{code}");
        shown += 1;
    }
    assert_eq!(shown, 3);
}

#[test]
fn the_lines_that_are_shown_list_a_detector() {
    for line in ["night_payment: NightPayment,\n", "mod night_payment;\n"] {
        assert!(WRITE_A_DETECTOR.contains(line));
        assert!(COMPILED[1].contains(line) || include_str!("mod.rs").contains(line));
    }
    for line in include_str!("sets.rs").lines().filter(|line| line.ends_with("Amount,")) {
        assert!(WRITE_A_DETECTOR.contains(line), "`sets.rs` no longer reads as shown: {line}");
    }
}

#[test]
fn one_line_in_a_set_runs_and_stores_a_detector() {
    let mut own = OwnDetectors::decode(&OwnDetectors::default().encode()).unwrap();
    let mut alerts = Alerts::default();
    let at_midnight = payment(Amount::from_units(501), "EUR");
    let settings = Settings::default();
    let circumstances = Circumstances::of(&settings);
    own.on_transaction(&at_midnight, &UserProfile::default(), &circumstances, &mut alerts);
    assert_eq!(OwnDetectors::NAMES, ["night_payment"]);
    assert_eq!(alerts.raised()[0].detector, "night_payment");
    assert_eq!(alerts.raised()[0].message, "A payment of 501 at night.");
}

#[test]
fn state_of_an_older_layout_is_upgraded_as_shown_and_of_others_refused() {
    let renewed_from = |version| {
        let mut writer = SectionWriter::new(&Sections::default());
        writer.put("renewed", version, &7_u8);
        let stored = writer.finish();
        let mut sections = Sections::decode(&stored)?;
        sections.take("renewed", Renewed::VERSION, Renewed::upgrade)
    };
    assert_eq!(renewed_from(1), Ok(Renewed::default()));
    for found in [0, 3] {
        let refused = BlobError::UnknownSection { detector: "renewed", found, known: 2 };
        assert_eq!(renewed_from(found), Err(refused));
    }
}

#[test]
fn the_sizes_are_those_of_a_usual_user_and_sensor() {
    // Twenty clicks, ten other events and ten payments over a long session in 2026; a sensor with
    // three measures of one decimal, twenty times.
    let start = 1_767_600_000_000_i64;
    let settings = Settings::default();
    let mut body = Body::User(UserState::default());
    for number in 0..30 {
        let kind = if number % 3 == 0 { "view" } else { "click" };
        let event = user_event(kind, start + number * 150_000);
        body.take(&Event::UserEvent(event), &settings);
    }
    for number in 0..10 {
        let mut paid = payment(Amount::from_units(25), "EUR");
        paid.time = EventTime::from_millis(start + number * 400_000);
        body.take(&Event::Transaction(paid), &settings);
    }
    let Body::User(user) = body else { unreachable!("it was a user") };
    let user_bytes = user.detectors.encode().len();

    let mut body = Body::Sensor(SensorState::default());
    for number in 0..20_i32 {
        let (temperature, humidity) = (f64::from(201 + number), f64::from(555 - number));
        let readings = [
            ("temperature", temperature / 10.0),
            ("humidity", humidity / 10.0),
            ("battery_level", 80.0),
        ];
        body.take(&Event::SensorReading(sensor_reading(&readings)), &settings);
    }
    let Body::Sensor(sensor) = body else { unreachable!("it was a sensor") };
    let sensor_bytes = sensor.detectors.encode().len();

    let line = format!("a usual user's is {user_bytes} bytes, a usual sensor's {sensor_bytes}");
    assert!(DETECTORS.contains(&line), "docs/detectors.md should say: {line}");
}
