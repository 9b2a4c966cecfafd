//! In what batches a load comes.

use crate::Load;

/// The largest event that Lambda hands over.
const LARGEST_EVENT_BYTES: f64 = 6.0 * 1_024.0 * 1_024.0;

/// The batches of one function: of the three topics together, or of the labels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Batches {
    /// How many a second.
    pub per_second: f64,
    /// Records of one.
    pub records: f64,
    /// Users of one on average.
    pub users: f64,
    /// What else is read and written with one on average: sensors and partitions; of labels merchants
    /// and calibrators as well.
    pub others: f64,
    /// What is read alone: the merchants of payments, where there are labels.
    pub only_read: f64,
}

/// How many different keys so many records fall on, if each of `keys` is as likely.
///
/// Real keys are not: a few do most, and a batch concerns fewer of them.
pub fn distinct(records: f64, keys: f64) -> f64 {
    if keys < 1.0 {
        // A share of so few keys that it is less than one.
        return keys.max(0.0);
    }
    // keys × (1 − (1 − 1/keys)^records), which loses no digits for many keys.
    -keys * (records * (-1.0 / keys).ln_1p()).exp_m1()
}

impl Batches {
    /// Those of the three topics.
    pub fn of(load: &Load) -> Self {
        let per_topic = load.records_per_second / Load::TOPICS;
        let records = records_of_one(per_topic, load.event_bytes(), load);
        // Two topics of users to one of sensors; a batch holds records of all partitions of its topic.
        let users = 2.0 * distinct(records, load.users()) / Load::TOPICS;
        let sensors = distinct(records, load.sensors()) / Load::TOPICS;
        let merchants = distinct(records, load.merchants()) / Load::TOPICS;
        Self {
            per_second: per_topic / records * Load::TOPICS,
            records,
            users,
            others: sensors + distinct(records, load.partitions),
            only_read: if load.has_labels() { merchants } else { 0.0 },
        }
    }

    /// Those of the labels; none a second where there are no labels.
    pub fn of_labels(load: &Load) -> Self {
        let records = records_of_one(load.labels_per_second(), Load::LABEL_EVENT_BYTES, load);
        // A calibrator for each partition.
        let partitions = distinct(records, load.partitions);
        Self {
            per_second: load.labels_per_second() / records,
            records,
            users: distinct(records, load.users()),
            others: distinct(records, load.merchants()) + 2.0 * partitions,
            only_read: 0.0,
        }
    }

    /// What is read and written with one on average.
    pub fn entities(&self) -> f64 {
        self.users + self.others
    }
}

/// A batch ends with its size, its window or Lambda's limit, whichever is first.
fn records_of_one(per_second: f64, event_bytes: f64, load: &Load) -> f64 {
    let fitting = (LARGEST_EVENT_BYTES / event_bytes).floor();
    (per_second * load.window_seconds).min(load.batch_size).min(fitting).max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_near(one: f64, other: f64) -> bool {
        (one - other).abs() <= other.abs() * 0.01
    }

    /// Read units of a batch of `bench/`, where all three kinds come together: two thirds of the
    /// records among the users, a third among the sensors, and twelve partitions.
    #[test]
    fn as_many_entities_are_expected_as_the_benchmark_counts() {
        let counted = [
            (1_000.0, 1_000.0, 623.4),
            (1_000.0, 10_000.0, 1_012.0),
            (10_000.0, 1_000.0, 958.2),
            (10_000.0, 10_000.0, 6_148.5),
            (10_000.0, 100.0, 111.5),
        ];
        for (keys, records, entities) in counted {
            let users = distinct(records * 2.0 / 3.0, keys * 0.8);
            let sensors = distinct(records / 3.0, keys * 0.2);
            let expected = users + sensors + 12.0;
            assert!(
                is_near(expected, entities),
                "{keys} {records}: {expected}, counted {entities}"
            );
        }
    }

    #[test]
    fn a_batch_ends_with_whichever_limit_is_first() {
        let slow = Batches::of(&Load::new(30.0, 600.0, 1e6));
        assert!(is_near(slow.records, 50.0) && is_near(slow.per_second, 0.6), "{slow:?}");
        let quick = Batches::of(&Load::new(30_000.0, 600.0, 1e6));
        assert!(is_near(quick.records, 1_000.0) && is_near(quick.per_second, 30.0), "{quick:?}");
        let large = Batches::of(&Load::new(30_000.0, 100_000.0, 1e6));
        assert!(large.records < 50.0, "{large:?}");
        let next_to_nothing = Batches::of(&Load::new(0.001, 600.0, 10.0));
        assert!(is_near(next_to_nothing.records, 1.0), "{next_to_nothing:?}");
    }

    #[test]
    fn no_keys_and_one_key_are_what_they_are() {
        assert!(distinct(10.0, 0.0) == 0.0);
        assert!(is_near(distinct(10.0, 1.0), 1.0));
        assert!(is_near(distinct(1.0, 1e9), 1.0));
    }
}
