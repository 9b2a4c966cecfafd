//! The tables against sums over the values of the input: how much each user, sensor, merchant,
//! calibrator and partition has taken in. No code that is looked at takes part in it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Verdict;
use crate::input::{LabelSums, Sums, UserSums, hundredths_of};
use crate::site::Item;
use crate::{ChaosError, Site};

/// What the table says.
#[derive(Debug, Default)]
struct Found {
    users: BTreeMap<String, UserSums>,
    sensors: BTreeMap<String, u64>,
    merchants: BTreeMap<String, LabelSums>,
    calibrators: BTreeMap<String, u64>,
    partitions: BTreeMap<String, u64>,
}

pub(super) async fn compare(
    site: &Site<'_>,
    sums: &Sums,
    verdict: &mut Verdict,
) -> Result<(), ChaosError> {
    let mut found = Found::default();
    site.scan(&site.config()?.tables.state, |item| found.add(&item)).await?;
    users(sums, &found, verdict);
    for_each_key(&sums.sensors, &found.sensors, |sensor, wanted, found| {
        verdict.count("readings of sensors", wanted, found, || format!("sensor {sensor}"));
    });
    for_each_key(&sums.merchants, &found.merchants, |merchant, wanted, found| {
        let what = || format!("merchant {merchant}");
        verdict.count("labels of merchants", wanted.labels, found.labels, what);
        verdict.count("frauds of merchants", wanted.frauds, found.frauds, what);
    });
    // Fewer partitions than there are parts of the calibration: each has its own.
    for_each_key(&by_partition(&sums.calibrators), &found.calibrators, |part, wanted, found| {
        verdict.count("labels of calibrators", wanted, found, || format!("calibrator {part}"));
    });
    for_each_key(&by_partition(&sums.partitions), &found.partitions, |partition, wanted, found| {
        verdict.count("records of partitions", wanted, found, || format!("partition {partition}"));
    });
    Ok(())
}

/// The counts of partitions under the names that states give them.
fn by_partition(counts: &BTreeMap<(String, i32), u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|((topic, number), count)| (format!("{topic}#{number}"), *count)).collect()
}

fn users(sums: &Sums, found: &Found, verdict: &mut Verdict) {
    let nothing = UserSums::default();
    for user in
        sums.users.keys().chain(found.users.keys().filter(|key| !sums.users.contains_key(*key)))
    {
        let wanted = sums.users.get(user).unwrap_or(&nothing);
        let found = found.users.get(user).unwrap_or(&nothing);
        let name = || format!("user {user}");
        verdict.count("events of users", wanted.events, found.events, name);
        verdict.count("payments of users", wanted.payments, found.payments, name);
        if wanted.payments == found.payments && wanted.totals != found.totals {
            verdict.different_one("sums of payments", name);
        } else {
            verdict.found("sums of payments");
        }
    }
}

fn for_each_key<Count: Copy + Default>(
    wanted: &BTreeMap<String, Count>,
    found: &BTreeMap<String, Count>,
    mut compare: impl FnMut(&str, Count, Count),
) {
    let only_found = found.keys().filter(|key| !wanted.contains_key(*key));
    for key in wanted.keys().chain(only_found) {
        let count = |counts: &BTreeMap<String, Count>| counts.get(key).copied().unwrap_or_default();
        compare(key, count(wanted), count(found));
    }
}

impl Found {
    fn add(&mut self, item: &Item) {
        let Some((kind, id)) = text(item, "entity").and_then(|entity| entity.split_once('#'))
        else {
            return;
        };
        let id = id.to_owned();
        match kind {
            "user" => {
                let user = self.users.entry(id).or_default();
                user.events = number(item, "events");
                user.payments = number(item, "transactions");
                user.totals = totals(item);
            }
            "sensor" => {
                self.sensors.insert(id, number(item, "events"));
            }
            "merchant" => {
                let (labels, frauds) = (number(item, "labels"), number(item, "frauds"));
                self.merchants.insert(id, LabelSums { labels, frauds });
            }
            "calibrator" => {
                self.calibrators.insert(id, number(item, "labels"));
            }
            _ => {
                self.partitions.insert(id, number(item, "events"));
            }
        }
    }
}

fn totals(item: &Item) -> BTreeMap<String, (u64, i128)> {
    let totals = item.get("totals").and_then(|totals| totals.as_l().ok());
    let maps = totals.into_iter().flatten().filter_map(|total| total.as_m().ok());
    let total = |total: &Item| {
        let sum = total.get("total").and_then(|sum| sum.as_n().ok());
        let sum = sum.and_then(|sum| hundredths_of(sum)).unwrap_or(i128::MIN);
        (text(total, "currency").unwrap_or_default().to_owned(), (number(total, "count"), sum))
    };
    maps.map(total).collect()
}

fn text<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn number(item: &Item, name: &str) -> u64 {
    let number = item.get(name).and_then(|number| AttributeValue::as_n(number).ok());
    number.and_then(|number| number.parse().ok()).unwrap_or_default()
}
