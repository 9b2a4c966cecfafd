use std::collections::BTreeMap;
use std::time::Duration;

use millrace_shared::amount::Amount;
use millrace_shared::events::{Event, Transaction};
use millrace_shared::settings::Settings;
use millrace_shared::state::{Body, UserState};
use millrace_shared::time::EventTime;
use serde::Serialize;

use super::people::{Paid, TravelSettings, Wrong, payments};
use crate::share::share;

const DETECTOR: &str = "impossible_travel";

/// How well cloned cards are told from people who travel.
#[derive(Clone, Debug, Serialize)]
pub struct TravelReport {
    /// How many people.
    pub people: u32,
    /// For how many days.
    pub days: u32,
    /// How many payments in all.
    pub payments: usize,
    /// By what is wrong with the payments.
    pub wrong: BTreeMap<Wrong, WrongReport>,
}

/// The same payments, with one thing wrong.
#[derive(Clone, Debug, Default, Serialize)]
pub struct WrongReport {
    /// Alerts for a payment of the owner that comes after another one of the owner.
    pub false_alerts: usize,
    /// The same for a thousand people and a week.
    pub false_alerts_a_week: f64,
    /// How many cards were cloned.
    pub cloned: usize,
    /// How many of them were found, by a payment of either that comes after one of the other.
    pub found: usize,
    /// The share that these are.
    pub recall: f64,
}

/// Runs payments with each card through the state of its user.
pub fn evaluate(simulated: &TravelSettings) -> TravelReport {
    let TravelSettings { people, days, .. } = *simulated;
    let mut report = TravelReport { people, days, payments: 0, wrong: BTreeMap::new() };
    for wrong in Wrong::ALL {
        let mut of_wrong = WrongReport::default();
        report.payments = 0;
        for person in 0..people {
            let payments = payments(simulated, person, wrong);
            report.payments += payments.len();
            judge(&payments, &mut of_wrong);
        }
        let weeks = f64::from(people) / 1_000.0 * f64::from(days) / 7.0;
        of_wrong.false_alerts_a_week = as_float(of_wrong.false_alerts) / weeks;
        of_wrong.recall = share(of_wrong.found, of_wrong.cloned);
        report.wrong.insert(wrong, of_wrong);
    }
    report
}

/// Counts what is raised for the payments with one card.
fn judge(payments: &[Paid], report: &mut WrongReport) {
    let settings = Settings { alert_cooldown: Duration::ZERO, ..Settings::default() };
    let mut body = Body::User(UserState::default());
    let mut was_clone = false;
    let mut is_found = false;
    for paid in payments {
        let location = format!(r#"{{"lat":{:.6},"lon":{:.6}}}"#, paid.latitude, paid.longitude);
        let raised = body.take(&Event::Transaction(payment(paid, &location)), &settings).raised;
        if raised.iter().any(|raised| raised.detector == DETECTOR) {
            is_found |= paid.is_clone || was_clone;
            report.false_alerts += usize::from(!paid.is_clone && !was_clone);
        }
        was_clone = paid.is_clone;
    }
    report.cloned += usize::from(payments.iter().any(|paid| paid.is_clone));
    report.found += usize::from(is_found);
}

#[expect(clippy::cast_possible_truncation, reason = "whole milliseconds since 1970")]
fn payment<'a>(paid: &Paid, location: &'a str) -> Transaction<'a> {
    Transaction {
        user_id: "traveller".into(),
        transaction_id: None,
        amount: Amount::from_units(10),
        currency: "EUR".into(),
        merchant: None,
        location: Some(location),
        time: EventTime::from_millis(paid.millis as i64),
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of alerts are far below 2^53")]
const fn as_float(count: usize) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hours after 2026 began, and degrees east on the equator, 111 km each.
    fn paid(hours: f64, longitude: f64, is_clone: bool) -> Paid {
        Paid {
            millis: 1_767_225_600_000.0 + hours * 3_600_000.0,
            latitude: 0.0,
            longitude,
            is_clone,
        }
    }

    #[test]
    fn an_alert_is_right_where_two_pay_and_wrong_where_one_does() {
        let mut report = WrongReport::default();
        judge(&[paid(0.0, 0.0, false), paid(1.0, 50.0, true), paid(2.0, 0.0, false)], &mut report);
        assert_eq!((report.cloned, report.found, report.false_alerts), (1, 1, 0));
        judge(&[paid(0.0, 0.0, false), paid(1.0, 50.0, false)], &mut report);
        assert_eq!((report.cloned, report.found, report.false_alerts), (1, 1, 1));
        // As near as this, a clone could have been the owner.
        judge(&[paid(0.0, 0.0, false), paid(1.0, 0.5, true)], &mut report);
        assert_eq!((report.cloned, report.found, report.false_alerts), (2, 1, 1));
    }
}
