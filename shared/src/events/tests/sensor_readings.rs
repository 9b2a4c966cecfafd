use std::borrow::Cow;

use super::super::{EventError, LeftOut};
use super::{EIGHT, absurd, missing, sensor_reading};
use crate::time::EventTime;

/// The readings of a sensor's message.
#[track_caller]
fn readings(json: &str) -> Vec<(String, f64)> {
    let message = sensor_reading(json).unwrap();
    message.readings.into_iter().map(|one| (one.measure.into_owned(), one.value)).collect()
}

fn named(pairs: &[(&str, f64)]) -> Vec<(String, f64)> {
    pairs.iter().map(|(measure, value)| ((*measure).to_owned(), *value)).collect()
}

fn with_readings(list: &str) -> String {
    format!(r#"{{"sensorId":"s","sensorType":"Temperature","readings":{list}}}"#)
}

fn with_data(data: &str) -> String {
    format!(r#"{{"sensor_id":"s","data":{data}}}"#)
}

#[test]
fn the_camel_case_dialect() {
    let message = sensor_reading(
        r#"{"sensorId":"s-1","sensorType":"temperature","readings":[21.5,22],
            "timestamp":"2026-01-05T08:00:00Z","location":"hall 3"}"#,
    )
    .unwrap();
    assert_eq!((&*message.sensor_id, message.message_id.as_deref()), ("s-1", None));
    assert_eq!(message.location.unwrap(), "\"hall 3\"");
    assert_eq!(message.time, EventTime::from_millis(EIGHT));
    let values: Vec<_> = message.readings.iter().map(|one| (&*one.measure, one.value)).collect();
    assert_eq!(values, [("temperature", 21.5), ("temperature", 22.0)]);
}

#[test]
fn the_snake_case_dialect() {
    let message = sensor_reading(
        r#"{"sensor_id":"s-1","timestamp":1767600000.5,"message_id":"m-1",
            "data":{"temperature":21.5,"humidity":"46","pressure":1013.2,"battery_level":87,"location":{"room":4}}}"#,
    )
    .unwrap();
    assert_eq!((&*message.sensor_id, message.message_id.as_deref()), ("s-1", Some("m-1")));
    assert_eq!(message.location.unwrap(), r#"{"room":4}"#);
    assert_eq!(message.time, EventTime::from_millis(EIGHT + 500));
    let values: Vec<_> = message.readings.iter().map(|one| (&*one.measure, one.value)).collect();
    assert_eq!(
        values,
        [("temperature", 21.5), ("humidity", 46.0), ("pressure", 1013.2), ("battery_level", 87.0)]
    );
    assert!(!message.readings.spilled());
}

#[test]
fn items_are_numbers_or_say_what_they_measure() {
    let list = r#"[1, "2.5", {"value":3}, {"value":"4","unit":"%","type":"Humidity","timestamp":1},
                   {"measure":"battery","value":5}, {"measure":"","value":6}, {"measure":null,"value":7}]"#;
    let expected = [
        ("temperature", 1.0),
        ("temperature", 2.5),
        ("temperature", 3.0),
        ("humidity", 4.0),
        ("battery_level", 5.0),
        ("temperature", 6.0),
        ("temperature", 7.0),
    ];
    assert_eq!(readings(&with_readings(list)), named(&expected));
}

#[test]
fn the_type_of_a_sensor_names_its_measure() {
    for (kind, expected) in [
        ("\"battery\"", "battery_level"),
        ("\"PRESSURE\"", "pressure"),
        ("\"CO2\"", "CO2"),
        ("\"\"", "reading"),
        ("null", "reading"),
        ("{}", "reading"),
    ] {
        let json = format!(r#"{{"sensor_id":"s","sensor_type":{kind},"readings":[1]}}"#);
        assert_eq!(readings(&json), named(&[(expected, 1.0)]), "{kind}");
    }
    assert_eq!(readings(r#"{"sensorId":"s","readings":[1]}"#), named(&[("reading", 1.0)]));
}

#[test]
fn names_are_borrowed() {
    let json = r#"{"sensor_id":"s","sensor_type":"co2","readings":[1,{"value":2,"type":"tvoc"}]}"#;
    let message = sensor_reading(json).unwrap();
    assert!(message.readings.iter().all(|one| matches!(one.measure, Cow::Borrowed(_))));
    let json = with_data(r#"{"co2":415,"temperature":20}"#);
    let message = sensor_reading(&json).unwrap();
    assert!(message.readings.iter().all(|one| matches!(one.measure, Cow::Borrowed(_))));
}

#[test]
fn a_list_without_a_reading_or_with_an_absurd_one_is_absurd() {
    for wrong in [
        "[]",
        "{}",
        "5",
        "\"5\"",
        "[null]",
        "[1,null]",
        "[true]",
        "[\"warm\"]",
        "[[1]]",
        "[{}]",
        "[{\"value\":null}]",
        "[{\"value\":\"x\"}]",
        "[1e400]",
        "[1e13]",
        "[\"inf\"]",
    ] {
        assert_eq!(absurd(sensor_reading(&with_readings(wrong))), "readings", "{wrong}");
    }
}

#[test]
fn every_number_in_data_is_a_measure() {
    let data = r#"{"co2":415,"status":"ok","Temperature":20.5,"tags":[1],"door_open":false,
                   "tvoc":"0.3","serial":"20260105080000123","ticks":123456789012345,"note":null}"#;
    assert_eq!(
        readings(&with_data(data)),
        named(&[("co2", 415.0), ("temperature", 20.5), ("tvoc", 0.3)])
    );
}

#[test]
fn of_data_sixteen_measures_are_taken_and_the_known_ones_first() {
    let others: Vec<String> = (0..20).map(|number| format!(r#""m{number}":{number}"#)).collect();
    let data = format!("{{{},\"battery\":50,\"humidity\":40}}", others.join(","));
    let taken = readings(&with_data(&data));
    assert_eq!(taken.len(), 16);
    assert_eq!((taken[0].0.as_str(), taken[13].0.as_str()), ("m0", "m13"));
    assert_eq!(taken[14..], named(&[("battery_level", 50.0), ("humidity", 40.0)]));
    let left_out = |data: &str| sensor_reading(&with_data(data)).unwrap().left_out;
    let surplus = LeftOut { is_surplus: true, ..LeftOut::default() };
    assert_eq!(left_out(&data), surplus);
    assert_eq!(left_out(&format!("{{{}}}", others[..17].join(","))), surplus);
    assert_eq!(left_out(&format!("{{{}}}", others[..16].join(","))), LeftOut::default());
}

#[test]
fn a_number_in_data_that_nothing_measures_is_left_out_and_that_is_told() {
    let co2 = |value: &str| with_data(&format!(r#"{{"temperature":20,"co2":{value}}}"#));
    for absurd in [r#""NaN""#, r#""-inf""#, "1e400", "-1e13", "1000000000000.5", r#"" 1e13 ""#] {
        let left_out = sensor_reading(&co2(absurd)).unwrap().left_out;
        assert_eq!(left_out, LeftOut { is_absurd: true, is_surplus: false }, "{absurd}");
        assert_eq!(readings(&co2(absurd)), named(&[("temperature", 20.0)]), "{absurd}");
    }
    // Sound ones, those that are no numbers, a serial number and a time.
    for other in [
        "400",
        "1e12",
        r#""ok""#,
        "null",
        "true",
        "[1e400]",
        r#""20260105080000123""#,
        "1767600000000",
    ] {
        assert_eq!(sensor_reading(&co2(other)).unwrap().left_out, LeftOut::default(), "{other}");
    }
}

#[test]
fn of_two_members_of_data_with_one_meaning_the_last_counts() {
    let data = r#"{"temperature":"broken","battery":50,"temperature":20,"battery_level":51,"humidity":40,"humidity":null}"#;
    assert_eq!(
        readings(&with_data(data)),
        named(&[("temperature", 20.0), ("battery_level", 51.0), ("humidity", 40.0)])
    );
}

#[test]
fn a_known_measure_that_is_no_number_is_absurd() {
    for (data, member) in [
        (r#"{"temperature":"warm","humidity":40}"#, "data.temperature"),
        (r#"{"humidity":true}"#, "data.humidity"),
        (r#"{"pressure":{"value":1013}}"#, "data.pressure"),
        (r#"{"temperature":20,"battery":1e400}"#, "data.battery_level"),
        (r#"{"battery_level":1e13}"#, "data.battery_level"),
        (r#"{"temperature":"NaN"}"#, "data.temperature"),
    ] {
        assert_eq!(absurd(sensor_reading(&with_data(data))), member, "{data}");
    }
}

#[test]
fn data_without_a_number_is_absurd() {
    for wrong in [
        "{}",
        "[]",
        "[20]",
        "20",
        "\"20\"",
        r#"{"temperature":null}"#,
        r#"{"status":"ok","location":"hall"}"#,
    ] {
        assert_eq!(absurd(sensor_reading(&with_data(wrong))), "data", "{wrong}");
    }
}

#[test]
fn known_measures_may_be_members_of_the_event() {
    let json = r#"{"sensor_id":"s","humidity":"40","temperature":20,"battery":null,"co2":400,"data":null}"#;
    assert_eq!(readings(json), named(&[("temperature", 20.0), ("humidity", 40.0)]));
    assert_eq!(absurd(sensor_reading(r#"{"sensor_id":"s","pressure":"high"}"#)), "pressure");
}

#[test]
fn readings_come_before_data_and_data_before_members() {
    let json = r#"{"sensor_id":"s","temperature":3,"data":{"temperature":2,"location":"in"},"readings":[1],"location":"out"}"#;
    assert_eq!(readings(json), named(&[("reading", 1.0)]));
    let json = r#"{"sensor_id":"s","temperature":3,"data":{"temperature":2,"location":"in"},"location":"out"}"#;
    assert_eq!(readings(json), named(&[("temperature", 2.0)]));
    assert_eq!(sensor_reading(json).unwrap().location.unwrap(), "\"out\"");
}

#[test]
fn a_required_member_that_is_missing_or_absurd_is_named() {
    assert_eq!(missing(sensor_reading(r#"{"readings":[1]}"#)), "sensor_id");
    assert_eq!(missing(sensor_reading(r#"{"sensor_id":"s"}"#)), "readings");
    assert_eq!(missing(sensor_reading(r#"{"sensor_id":"s","readings":null,"co2":4}"#)), "readings");
    assert_eq!(absurd(sensor_reading(r#"{"sensor_id":"","readings":[1]}"#)), "sensor_id");
}

#[test]
fn an_optional_member_of_the_wrong_type_counts_as_absent() {
    let json = r#"{"sensor_id":5,"message_id":{},"sensor_type":[],"readings":[1],"location":null}"#;
    let message = sensor_reading(json).unwrap();
    assert_eq!(message.sensor_id, "5");
    assert!(message.message_id.is_none() && message.location.is_none());
}

#[test]
fn what_is_nested_in_readings_and_data_counts_towards_the_depth() {
    let nested = |levels| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    // The message is one level, `data` the second; `readings` and its item are two.
    let in_data = |levels| with_data(&format!(r#"{{"temperature":1,"x":{}}}"#, nested(levels)));
    let in_item = |levels| with_readings(&format!(r#"[{{"value":1,"x":{}}}]"#, nested(levels)));
    assert!(sensor_reading(&in_data(126)).is_ok());
    assert_eq!(sensor_reading(&in_data(127)).unwrap_err(), EventError::TooDeep);
    assert!(sensor_reading(&in_item(125)).is_ok());
    assert_eq!(sensor_reading(&in_item(126)).unwrap_err(), EventError::TooDeep);
}

#[test]
fn of_several_readings_or_data_the_last_that_is_not_null_counts() {
    for (json, expected) in [
        (r#"{"sensor_id":"s","readings":[1],"readings":[2],"readings":null}"#, 2.0),
        (r#"{"sensor_id":"s","readings":["broken"],"readings":[2]}"#, 2.0),
        (r#"{"sensor_id":"s","data":{"reading":1},"data":5,"data":{"reading":2}}"#, 2.0),
    ] {
        assert_eq!(readings(json), named(&[("reading", expected)]), "{json}");
    }
    let json = r#"{"sensor_id":"s","readings":[2],"readings":["broken"],"data":{"reading":1}}"#;
    assert_eq!(absurd(sensor_reading(json)), "readings");
}

#[test]
fn what_is_wrong_behind_a_reading_is_wrong_where_it_stands() {
    for (json, position) in [
        (r#"{"sensor_id":"s","readings":[1,2"#, 32),
        (r#"{"sensor_id":"s","readings":[{"value":1}?]}"#, 40),
        (r#"{"sensor_id":"s","data":{"co2":1,}}"#, 33),
    ] {
        assert_eq!(sensor_reading(json).unwrap_err(), EventError::NotJson { position }, "{json}");
    }
}
