use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use millrace_shared::alerts::{Alert, Evidence};
use millrace_shared::commit::{CommitPath, OnSuspiciousDuplicate, TopicRule, Topics};
use millrace_shared::delivery::Retry;
use millrace_shared::detectors::sets::UserDetectors;
use millrace_shared::events::EventKind;
use millrace_shared::settings::Settings;
use millrace_shared::state::Epoch;
use serde::Serialize;

use super::batches::{Day, Days, LABEL_DELAY, LABELS, PARTITIONS, PAYMENTS, partition_of};
use super::metrics::{Judged, auc, average_precision, card_precision};
use super::simulator::{Payment, SimulatorSettings};
use crate::EvaluateError;
use crate::commit::run;
use crate::memory::{Alerts, Graves, States};
use crate::share::share;

/// The last days, which detectors are judged by.
const JUDGED_DAYS: u32 = 7;
/// How many cards a day somebody has the time to look at.
const CARDS: usize = 100;
/// The evidence that is a detector's score, where it has one.
const SCORE: &str = "score";
/// The detectors of a user that do not look at payments, or not at them alone: nobody in this
/// population does anything but pay.
const OF_USER_EVENTS: [&str; 5] =
    ["rapid_activity", "rapid_clicks", "activity_burst", "long_session", "cold_transaction"];

/// How good the detectors of payments are on a simulated population.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// How many payments there were in all.
    pub payments: usize,
    /// How many labels.
    pub labels: usize,
    /// The payments that detectors are judged by: the last week's, without those of cards that are
    /// known to be compromised.
    pub judged: usize,
    /// How many of these are fraud.
    pub frauds: usize,
    /// By detector.
    pub detectors: BTreeMap<String, DetectorReport>,
}

/// How good a detector is.
#[derive(Clone, Debug, Serialize)]
pub struct DetectorReport {
    /// The probability that it scores a fraud higher than another payment.
    pub auc: f64,
    /// The area under precision over recall.
    pub average_precision: f64,
    /// Of the 100 cards that score highest on a day, the share that is compromised.
    pub card_precision_100: f64,
    /// Payments alerted at the default threshold.
    pub alerts: usize,
    /// The share of these that is fraud.
    pub precision: f64,
    /// The share of frauds that was alerted.
    pub recall: f64,
}

type Path = CommitPath<States, Alerts, Graves>;

/// Runs a population's payments and labels through the commit path, in the order of their time.
///
/// # Errors
/// A batch was not done, of which its sinks in memory give no reason.
pub async fn evaluate(simulated: &SimulatorSettings) -> Result<Report, EvaluateError> {
    let path = path();
    let mut scores = Scores::default();
    let mut last_days: VecDeque<Day> = VecDeque::new();
    let (mut payments, mut labels) = (0, 0);
    for mut day in Days::new(simulated) {
        scores.place(&day);
        for event in std::mem::take(&mut day.events) {
            run(&path, &event).await?;
            for alert in path.delivery.take() {
                scores.note(&alert);
            }
        }
        payments += day.payments.len();
        labels += day.labels;
        last_days.push_back(day);
        if last_days.len() > (JUDGED_DAYS + 2 * LABEL_DELAY) as usize {
            last_days.pop_front();
        }
    }
    let judged = judged(&last_days);
    Ok(Report {
        payments,
        labels,
        judged: judged.len(),
        frauds: judged.iter().filter(|one| one.judged.is_fraud).count(),
        detectors: scores.reports(&judged),
    })
}

fn path() -> Path {
    let rule = |kind| TopicRule { kind, epoch: Epoch(0) };
    let topics = [(PAYMENTS, EventKind::Transaction), (LABELS, EventKind::TransactionLabel)];
    CommitPath {
        // Each alert by itself: merging them is for people. And every payment's score is an alert, so
        // that all of them can be ranked.
        settings: Settings {
            alert_cooldown: Duration::ZERO,
            fraud_score_threshold: 0.0,
            ..Settings::default()
        },
        topics: Topics::new(topics.map(|(topic, kind)| (topic.to_owned(), rule(kind)))),
        on_suspicious: OnSuspiciousDuplicate::Report,
        cluster: None,
        retry: Retry::new(Box::new(|| 0.0)),
        store: States::default(),
        delivery: Alerts::default(),
        dead_letters: Graves::default(),
    }
}

/// A payment that counts, and its number.
struct Counted {
    number: usize,
    judged: Judged,
}

/// The payments of the last days, without those of cards of which fraud is known on their day: what
/// was fraud a label's delay before it, from two weeks before the first of these days on.
fn judged(last_days: &VecDeque<Day>) -> Vec<Counted> {
    let first = last_days.len().saturating_sub(JUDGED_DAYS as usize);
    let mut counted = Vec::new();
    for (place, day) in last_days.iter().enumerate().skip(first) {
        let labelled = last_days.iter().take(place.saturating_sub(LABEL_DELAY as usize));
        let known: BTreeSet<u32> = labelled
            .flat_map(|day| day.payments.iter())
            .filter(|payment| payment.is_fraud)
            .map(|payment| payment.customer)
            .collect();
        for (payment, number) in day.payments.iter().zip(day.first..) {
            let Payment { customer, is_fraud, .. } = *payment;
            if !known.contains(&customer) {
                let judged = Judged { day: day.number, customer, is_fraud, score: 0.0 };
                counted.push(Counted { number, judged });
            }
        }
    }
    counted
}

/// What each detector said of each payment.
#[derive(Default)]
struct Scores {
    /// The numbers of the payments in each partition, in the order of their offsets.
    placed: [Vec<usize>; PARTITIONS as usize],
    /// By detector and by payment.
    scores: BTreeMap<String, HashMap<usize, f64>>,
}

impl Scores {
    fn place(&mut self, day: &Day) {
        for (payment, number) in day.payments.iter().zip(day.first..) {
            self.placed[partition_of(payment.customer) as usize].push(number);
        }
    }

    /// Notes an alert: its score, or 1 where the detector has none.
    fn note(&mut self, alert: &Alert) {
        let source = &alert.source;
        let (Ok(partition), Ok(offset)) =
            (usize::try_from(source.partition.0), usize::try_from(source.offset.0))
        else {
            return;
        };
        if source.topic != PAYMENTS {
            return;
        }
        let number = self.placed[partition][offset];
        let score = alert.evidence.iter().find(|fact| fact.name == SCORE);
        let score = match score.map(|fact| &fact.value) {
            Some(Evidence::Number(score)) => *score,
            _ => 1.0,
        };
        self.scores.entry(alert.detector.to_string()).or_default().insert(number, score);
    }

    /// A report for each detector that looks at payments.
    fn reports(&self, counted: &[Counted]) -> BTreeMap<String, DetectorReport> {
        let nothing = HashMap::new();
        let report = |name: &str| {
            let scores = self.scores.get(name).unwrap_or(&nothing);
            let judge = |one: &Counted| Judged {
                score: scores.get(&one.number).copied().unwrap_or_default(),
                ..one.judged
            };
            let judged: Vec<Judged> = counted.iter().map(judge).collect();
            (name.to_owned(), report(&judged, threshold(name)))
        };
        let of_payments = UserDetectors::NAMES.iter().filter(|name| !OF_USER_EVENTS.contains(name));
        of_payments.map(|name| report(name)).collect()
    }
}

/// The least score of an alert by default.
fn threshold(detector: &str) -> f64 {
    match detector {
        "fraud_score" => Settings::default().fraud_score_threshold,
        _ => f64::MIN_POSITIVE,
    }
}

fn report(judged: &[Judged], threshold: f64) -> DetectorReport {
    let frauds = judged.iter().filter(|one| one.is_fraud).count();
    let alerted: Vec<&Judged> = judged.iter().filter(|one| one.score >= threshold).collect();
    let found = alerted.iter().filter(|one| one.is_fraud).count();
    DetectorReport {
        auc: auc(judged),
        average_precision: average_precision(judged),
        card_precision_100: card_precision(judged, CARDS),
        alerts: alerted.len(),
        precision: share(found, alerted.len()),
        recall: share(found, frauds),
    }
}
