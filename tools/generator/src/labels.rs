//! What is known of payments later: whether they were fraud.

use std::collections::VecDeque;

use fastrand::Rng;

use crate::random::{chance, source};
use crate::settings::Settings;

/// What will be known of one payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    /// The transaction's number.
    pub(crate) transaction: u64,
    /// Whose payment it was.
    pub(crate) user: String,
    /// To whom, as a JSON text.
    pub(crate) merchant: String,
    /// Whether somebody else paid.
    pub(crate) is_fraud: bool,
}

/// The labels that are on their way. All take equally long, so they come in the order of the payments.
pub(crate) struct Labels {
    rate: f64,
    delay_ms: i64,
    /// Its own, so that labels change nothing about what the users do.
    random: Rng,
    waiting: VecDeque<(usize, Label)>,
}

impl Labels {
    pub(crate) fn new(settings: &Settings) -> Self {
        Labels {
            rate: settings.rates.labels,
            delay_ms: settings.label_delay_ms.max(1),
            random: source(settings.seed, "labels", 0),
            waiting: VecDeque::new(),
        }
    }

    /// Decides whether a payment of a user (by index) gets a label, and when.
    pub(crate) fn add(&mut self, user: usize, label: Label, now: i64) -> Option<i64> {
        if !chance(&mut self.random, self.rate) {
            return None;
        }
        self.waiting.push_back((user, label));
        Some(now + self.delay_ms)
    }

    /// The one that is due next, and its user.
    pub(crate) fn take(&mut self) -> Option<(usize, Label)> {
        self.waiting.pop_front()
    }
}
