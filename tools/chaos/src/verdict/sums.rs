//! The tables against sums over the values of the input: how much each user, sensor and partition
//! has taken in. No code that is looked at takes part in it.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::Verdict;
use crate::input::{Sums, UserSums, hundredths_of};
use crate::site::Item;
use crate::{ChaosError, Site};

/// What the table says.
#[derive(Debug, Default)]
struct Found {
    users: BTreeMap<String, UserSums>,
    sensors: BTreeMap<String, u64>,
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
    let partition =
        |((topic, number), count): (&(String, i32), &u64)| (format!("{topic}#{number}"), *count);
    let wanted: BTreeMap<String, u64> = sums.partitions.iter().map(partition).collect();
    for_each_key(&wanted, &found.partitions, |partition, wanted, found| {
        verdict.count("records of partitions", wanted, found, || format!("partition {partition}"));
    });
    Ok(())
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

fn for_each_key(
    wanted: &BTreeMap<String, u64>,
    found: &BTreeMap<String, u64>,
    mut compare: impl FnMut(&str, u64, u64),
) {
    let only_found = found.keys().filter(|key| !wanted.contains_key(*key));
    for key in wanted.keys().chain(only_found) {
        let count = |counts: &BTreeMap<String, u64>| counts.get(key).copied().unwrap_or_default();
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
