//! What becomes of a batch: handed over, tried again, halved, cut down to what failed, given up.
//!
//! Decisions alone; the clock, the function and the destination are the caller's.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::answer::{self, Answer};
use crate::failure::Condition;
use crate::function::{FunctionFailure, InvokeOutcome, Invoked};
use crate::observe::BatchRecord;
use crate::piece::Piece;
use crate::settings::{PartialFailures, Settings};

/// A batch on its way. While it is, its partitions have no other.
#[derive(Debug)]
pub(crate) struct Delivery {
    /// What is left of it; the last one is next.
    pieces: Vec<Piece>,
    /// How long the next piece has to wait.
    wait: Duration,
}

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Hand the next piece to the function after a wait.
    Invoke(Duration),
    /// Give the next piece up.
    GiveUp(Condition),
    /// Nothing is left.
    Finish,
}

/// What came of an invocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Done,
    Partial { again: usize },
    BadAnswer(String),
    Failed { failure: FunctionFailure, message: String },
    NotInvoked(String),
}

/// An outcome taken in.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) verdict: Verdict,
    pub(crate) consequence: Consequence,
    /// The records that are done now.
    pub(crate) done: Vec<BatchRecord>,
}

/// What follows from it for the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Consequence {
    /// Nothing is left of the piece.
    None,
    /// It comes again.
    Retry { records: usize, wait: Duration },
    /// Its halves come, each by itself.
    Bisect { records: usize },
    /// It is given up.
    GiveUp,
}

impl Delivery {
    pub(crate) fn new(piece: Piece) -> Self {
        Delivery { pieces: vec![piece], wait: Duration::ZERO }
    }

    /// What to do now. Records that are too old are taken out of the next piece first.
    pub(crate) fn next_step(&mut self, settings: &Settings, now_ms: i64) -> Step {
        while self.pieces.last().is_some_and(|piece| piece.records.is_empty()) {
            self.pieces.pop();
        }
        let Some(piece) = self.pieces.last_mut() else { return Step::Finish };
        if let Some(condition) = piece.condition {
            return Step::GiveUp(condition);
        }
        if let Some(max_age) = settings.max_record_age {
            let max_age = i64::try_from(max_age.as_millis()).unwrap_or(i64::MAX);
            let oldest = now_ms.saturating_sub(max_age);
            // Without a timestamp nothing is too old.
            let mut expired =
                piece.split_off(|record| record.timestamp >= 0 && record.timestamp < oldest);
            if !expired.records.is_empty() {
                expired.condition = Some(Condition::RecordAgeExceeded);
                self.pieces.push(expired);
                return Step::GiveUp(Condition::RecordAgeExceeded);
            }
        }
        Step::Invoke(self.wait)
    }

    /// The wait is over.
    pub(crate) fn waited(&mut self) {
        self.wait = Duration::ZERO;
    }

    /// The next piece.
    pub(crate) fn next_piece(&mut self) -> Option<&mut Piece> {
        self.pieces.last_mut()
    }

    /// Takes in what came of handing the next piece over.
    pub(crate) fn invoked(&mut self, invoked: Invoked, settings: &Settings) -> Settled {
        let Some(piece) = self.pieces.last_mut() else {
            let (verdict, consequence) = (Verdict::Done, Consequence::None);
            return Settled { verdict, consequence, done: Vec::new() };
        };
        piece.request_id = invoked.request_id;
        let (verdict, done) = verdict(invoked.outcome, piece, settings);
        piece.has_function_error = matches!(verdict, Verdict::Failed { .. });
        piece.invocations += u32::from(!matches!(verdict, Verdict::NotInvoked(_)));
        let consequence = match &verdict {
            Verdict::Done => {
                self.pieces.pop();
                self.wait = Duration::ZERO;
                Consequence::None
            }
            Verdict::Partial { .. } | Verdict::BadAnswer(_) => self.try_again(settings, true),
            Verdict::NotInvoked(_) => self.try_again(settings, false),
            Verdict::Failed { .. } => self.try_halves(settings),
        };
        Settled { verdict, consequence, done }
    }

    /// The next piece is stored, or dropped.
    pub(crate) fn given_up(&mut self) -> Vec<BatchRecord> {
        self.wait = Duration::ZERO;
        self.pieces.pop().map(|piece| piece.records).unwrap_or_default()
    }

    /// Leaves out what belongs to somebody else by now; says how many records that are.
    pub(crate) fn forget(&mut self, partitions: &BTreeSet<i32>) -> usize {
        let mut forgotten = 0;
        for piece in &mut self.pieces {
            let taken = piece.split_off(|record| partitions.contains(&record.partition));
            forgotten += taken.records.len();
        }
        self.pieces.retain(|piece| !piece.records.is_empty());
        forgotten
    }

    /// The lowest offset of each partition that is not done.
    pub(crate) fn lowest_undone(&self) -> BTreeMap<i32, i64> {
        let mut lowest = BTreeMap::new();
        for record in self.pieces.iter().flat_map(|piece| &piece.records) {
            let offset = lowest.entry(record.partition).or_insert(record.offset);
            *offset = record.offset.min(*offset);
        }
        lowest
    }

    /// How many records are not done.
    pub(crate) fn undone(&self) -> usize {
        self.pieces.iter().map(|piece| piece.records.len()).sum()
    }

    /// Halving does not count as a retry.
    fn try_halves(&mut self, settings: &Settings) -> Consequence {
        match self.pieces.last_mut() {
            Some(piece) if settings.bisect && piece.records.len() > 1 => {
                let records = piece.records.len();
                let second = piece.halve();
                let first = std::mem::replace(piece, second);
                self.pieces.push(first);
                self.wait = settings.backoff.wait(1);
                Consequence::Bisect { records }
            }
            _ => self.try_again(settings, true),
        }
    }

    fn try_again(&mut self, settings: &Settings, counts: bool) -> Consequence {
        let Some(piece) = self.pieces.last_mut() else { return Consequence::None };
        let limit = settings.retry_limit().filter(|_| counts);
        if limit.is_some_and(|limit| piece.retries >= limit) {
            piece.condition = Some(Condition::RetryAttemptsExhausted);
            return Consequence::GiveUp;
        }
        piece.retries += u32::from(counts);
        piece.failures += 1;
        self.wait = settings.backoff.wait(piece.failures);
        Consequence::Retry { records: piece.records.len(), wait: self.wait }
    }
}

/// Reads an outcome, and takes out of the piece what is done.
fn verdict(
    outcome: InvokeOutcome,
    piece: &mut Piece,
    settings: &Settings,
) -> (Verdict, Vec<BatchRecord>) {
    let body = match outcome {
        InvokeOutcome::Answered(body) => body,
        InvokeOutcome::Failed { failure, message } => {
            return (Verdict::Failed { failure, message }, Vec::new());
        }
        InvokeOutcome::NotInvoked { message } => return (Verdict::NotInvoked(message), Vec::new()),
    };
    let answer = match settings.partial_failures {
        Some(_) => answer::read(&body, &settings.topic, &piece.records),
        None => Answer::Done,
    };
    let listed = match answer {
        Answer::Done => return (Verdict::Done, std::mem::take(&mut piece.records)),
        Answer::Invalid(reason) => return (Verdict::BadAnswer(reason), Vec::new()),
        Answer::Listed(listed) => listed,
    };
    let done = match settings.partial_failures.unwrap_or_default() {
        PartialFailures::ListedOnly => {
            piece.split_off(|record| !listed.contains(&(record.partition, record.offset)))
        }
        PartialFailures::FromLowestListed => {
            let mut lowest: BTreeMap<i32, i64> = BTreeMap::new();
            for (partition, offset) in listed {
                let known = lowest.entry(partition).or_insert(offset);
                *known = offset.min(*known);
            }
            piece.split_off(|record| {
                lowest.get(&record.partition).is_none_or(|lowest| record.offset < *lowest)
            })
        }
    };
    (Verdict::Partial { again: piece.records.len() }, done.records)
}
