//! The deliveries of a run, step by step: wait, invoke, store.

use std::collections::BTreeSet;
use std::time::Duration;

use millrace_kafka_event::MAX_EVENT_BYTES;
use tokio::task::{AbortHandle, JoinError};
use tokio::time::{Instant, sleep};

use super::Run;
use crate::delivery::{Consequence, Delivery, Settled, Step, Verdict};
use crate::failure::{Condition, FailedBatch};
use crate::function::{FunctionFailure, Invoked};
use crate::mapping::MappingError;
use crate::observe::{Batch, BatchResult, Observation};
use crate::partitions::{Partitions, Readiness};

/// How often a failure destination is tried for one batch.
const STORE_ATTEMPTS: u32 = 5;

/// What may be in the function's hands at once, in bytes of events, before no more is begun. Batches
/// that wait to be tried again do not count: they must not hold up other partitions.
const INVOKING_BYTES: usize = 6 * MAX_EVENT_BYTES;

/// Number of a delivery.
pub(super) type Id = u64;

/// A delivery and what it waits for.
pub(super) struct InFlight {
    pub(super) delivery: Delivery,
    pub(super) stage: Stage,
    /// Ends the wait; an invocation is never cut short.
    wait: Option<AbortHandle>,
    /// All its partitions.
    partitions: BTreeSet<i32>,
    /// Those that it is to give up after this step.
    leaving: BTreeSet<i32>,
    /// What the function was given last.
    handed_over: Batch,
    /// Failed attempts at storing the piece that is given up.
    store_failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Waiting,
    Invoking,
    Storing,
}

/// A task is over.
pub(super) enum Ended {
    Waited(Id),
    Invoked { id: Id, invoked: Invoked, took: Duration },
    Stored { id: Id, condition: Condition, result: Result<(), String> },
}

impl Run<'_> {
    /// Hands over what can be handed over; says when more can be.
    pub(super) fn cut_batches(&mut self) -> Option<Instant> {
        let settings = &self.mapping.settings;
        while !self.is_stopping
            && self.deliveries.len() < settings.concurrency()
            && self.invoking_bytes() < INVOKING_BYTES
        {
            match self.partitions.readiness(settings, Instant::now()) {
                Readiness::Empty => return None,
                Readiness::At(moment) => return Some(moment),
                Readiness::Now => {}
            }
            let id = self.next_id;
            self.next_id += 1;
            let piece = self.partitions.cut(settings, id)?;
            let partitions: BTreeSet<i32> =
                piece.records.iter().map(|record| record.partition).collect();
            let in_flight = InFlight {
                handed_over: piece.batch(),
                delivery: Delivery::new(piece),
                stage: Stage::Waiting,
                wait: None,
                partitions,
                leaving: BTreeSet::new(),
                store_failures: 0,
            };
            self.deliveries.insert(id, in_flight);
            self.next_step(id);
        }
        None
    }

    fn invoking_bytes(&self) -> usize {
        let invoking = self.deliveries.values().filter(|one| one.stage == Stage::Invoking);
        invoking.map(|one| one.handed_over.bytes).sum()
    }

    /// Takes in what a task came to.
    pub(super) fn task_ended(&mut self, ended: Result<Ended, JoinError>) {
        match ended {
            Ok(Ended::Waited(id)) => {
                if let Some(in_flight) = self.deliveries.get_mut(&id) {
                    in_flight.delivery.waited();
                    self.next_step(id);
                }
            }
            Ok(Ended::Invoked { id, invoked, took }) => self.invoked(id, invoked, took),
            Ok(Ended::Stored { id, condition, result }) => self.stored(id, condition, result),
            // A wait that was cut short.
            Err(error) if error.is_cancelled() => {}
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }

    /// Deliveries give these partitions up: at once if they only wait, else after their step.
    pub(super) fn leave(&mut self, numbers: &[i32]) {
        for (id, in_flight) in &mut self.deliveries {
            let is_in = |number: &&i32| self.partitions.busy.get(*number) == Some(id);
            in_flight.leaving.extend(numbers.iter().filter(is_in));
        }
        let is_affected = |in_flight: &InFlight| {
            in_flight.stage == Stage::Waiting && !in_flight.leaving.is_empty()
        };
        let affected = self.deliveries.iter().filter(|(_, in_flight)| is_affected(in_flight));
        for id in affected.map(|(id, _)| *id).collect::<Vec<Id>>() {
            self.step_is_over(id);
            if self.deliveries.get(&id).is_some_and(|in_flight| in_flight.delivery.undone() == 0) {
                self.abandon(id);
            }
        }
    }

    /// Gives a delivery up in the middle: what is not done of it comes again, to whoever reads next.
    pub(super) fn abandon(&mut self, id: Id) {
        let Some(in_flight) = self.deliveries.remove(&id) else { return };
        if let Some(wait) = in_flight.wait {
            wait.abort();
        }
        self.tally.abandoned += in_flight.delivery.undone() as u64;
        // The partition's lowest offset in flight stays, so that nothing above it is committed.
        self.partitions.busy.retain(|_, busy| *busy != id);
    }

    fn next_step(&mut self, id: Id) {
        loop {
            let now_ms = self.mapping.clock.now_ms();
            let Some(in_flight) = self.deliveries.get_mut(&id) else { return };
            match in_flight.delivery.next_step(&self.mapping.settings, now_ms) {
                Step::Finish => {
                    self.deliveries.remove(&id);
                    return;
                }
                Step::Invoke(_) if self.is_stopping => return self.abandon(id),
                Step::Invoke(wait) if wait.is_zero() => return self.invoke(id),
                Step::Invoke(wait) => return self.wait(id, wait),
                Step::GiveUp(condition) if self.mapping.destination.is_some() => {
                    return self.store(id, condition, Duration::ZERO);
                }
                Step::GiveUp(condition) => {
                    self.tally.dropped += self.given_up(id, condition, false);
                }
            }
        }
    }

    fn wait(&mut self, id: Id, wait: Duration) {
        let Some(in_flight) = self.deliveries.get_mut(&id) else { return };
        in_flight.stage = Stage::Waiting;
        in_flight.wait = Some(self.tasks.spawn(async move {
            sleep(wait).await;
            Ended::Waited(id)
        }));
    }

    fn invoke(&mut self, id: Id) {
        let settings = &self.mapping.settings;
        let Some(in_flight) = self.deliveries.get_mut(&id) else { return };
        let Some(piece) = in_flight.delivery.next_piece() else { return };
        let event = piece.event(&settings.event_source, &settings.topic);
        in_flight.handed_over = piece.batch();
        in_flight.stage = Stage::Invoking;
        let function = self.mapping.function.clone();
        self.tasks.spawn(async move {
            let start = Instant::now();
            let invoked = function.invoke(event).await;
            Ended::Invoked { id, invoked, took: start.elapsed() }
        });
        let batch = in_flight.handed_over;
        self.tell(&Observation::Invoking(batch));
    }

    fn invoked(&mut self, id: Id, invoked: Invoked, took: Duration) {
        let Some(in_flight) = self.deliveries.get_mut(&id) else { return };
        let batch = in_flight.handed_over;
        let settled = in_flight.delivery.invoked(invoked, &self.mapping.settings);
        self.count(&settled, batch);
        let Settled { verdict, consequence, done } = settled;
        let result = match &verdict {
            Verdict::Done => BatchResult::Done,
            Verdict::Partial { again } => BatchResult::Partial { again: *again },
            Verdict::BadAnswer(reason) => BatchResult::BadAnswer(reason),
            Verdict::Failed { failure, message } => {
                BatchResult::Failed { failure: *failure, message }
            }
            Verdict::NotInvoked(message) => BatchResult::NotInvoked(message),
        };
        self.tell(&Observation::Invoked { batch, done: &done, result, took });
        match consequence {
            Consequence::Retry { records, wait } => {
                self.tell(&Observation::Retrying { records, wait });
            }
            Consequence::Bisect { records } => self.tell(&Observation::Bisected { records }),
            Consequence::None | Consequence::GiveUp => {}
        }
        self.lose_patience(&verdict);
        self.step_is_over(id);
        self.next_step(id);
    }

    fn count(&mut self, settled: &Settled, batch: Batch) {
        let tally = &mut self.tally;
        tally.succeeded += settled.done.len() as u64;
        if matches!(settled.verdict, Verdict::NotInvoked(_)) {
            tally.not_invoked += 1;
        } else {
            tally.invocations += 1;
            tally.invoked += batch.records as u64;
        }
        match &settled.verdict {
            Verdict::Failed { failure, .. } => *tally.failures.entry(*failure).or_default() += 1,
            Verdict::Partial { .. } => tally.partial_failures += 1,
            Verdict::BadAnswer(_) => tally.bad_answers += 1,
            Verdict::Done | Verdict::NotInvoked(_) => {}
        }
        match settled.consequence {
            Consequence::Retry { .. } => tally.retries += 1,
            Consequence::Bisect { .. } => tally.bisected += 1,
            Consequence::None | Consequence::GiveUp => {}
        }
    }

    /// A function that is not there, or hangs, or crashes, from the first attempt on.
    fn lose_patience(&mut self, verdict: &Verdict) {
        use FunctionFailure::{Crashed, TimedOut};
        let (Verdict::NotInvoked(message)
        | Verdict::Failed { failure: TimedOut | Crashed, message }) = verdict
        else {
            self.has_answered = true;
            return;
        };
        self.unanswered += 1;
        let is_enough = self.mapping.patience.is_some_and(|patience| self.unanswered >= patience);
        if is_enough && !self.has_answered {
            let (attempts, message) = (self.unanswered, message.clone());
            self.error.get_or_insert(MappingError::NoAnswer { attempts, message });
            self.stop();
        }
    }

    /// Brings the partitions up to what is done, and lets go of those that have no more in it.
    fn step_is_over(&mut self, id: Id) {
        let Some(in_flight) = self.deliveries.get_mut(&id) else { return };
        let lowest = in_flight.delivery.lowest_undone();
        self.tally.abandoned += in_flight.delivery.forget(&in_flight.leaving) as u64;
        let leaving = &in_flight.leaving;
        let Partitions { by_number, busy } = &mut self.partitions;
        in_flight.partitions.retain(|number| {
            let is_over = !lowest.contains_key(number) || leaving.contains(number);
            // One that was lost and came back has begun anew.
            let partition = by_number.get_mut(number).filter(|known| known.delivery == Some(id));
            if let Some(partition) = partition {
                partition.in_flight = lowest.get(number).copied();
            }
            if is_over {
                busy.remove(number);
            }
            !is_over
        });
    }

    /// Gives the next piece to the failure destination after a wait.
    fn store(&mut self, id: Id, condition: Condition, wait: Duration) {
        let mapping = self.mapping;
        let settings = &mapping.settings;
        let Some(destination) = mapping.destination.clone() else { return };
        let Some(in_flight) = self.deliveries.get_mut(&id) else { return };
        let Some(piece) = in_flight.delivery.next_piece() else { return };
        let batch = FailedBatch {
            condition,
            request_id: piece.request_id.clone(),
            invocations: piece.invocations,
            has_function_error: piece.has_function_error,
            time: mapping.clock.now_ms(),
            function_arn: settings.function_arn.clone(),
            event_source: settings.event_source.clone(),
            topic: settings.topic.clone(),
            event: piece.event(&settings.event_source, &settings.topic),
            records: piece.failed_records(),
        };
        in_flight.stage = Stage::Storing;
        self.tasks.spawn(async move {
            sleep(wait).await;
            let result = destination.take(&batch).await.map_err(|error| error.to_string());
            Ended::Stored { id, condition, result }
        });
    }

    fn stored(&mut self, id: Id, condition: Condition, result: Result<(), String>) {
        let Err(message) = result else {
            self.tally.stored += self.given_up(id, condition, true);
            self.next_step(id);
            return;
        };
        self.tally.destination_errors += 1;
        self.tell(&Observation::DestinationFailed { message: &message });
        let Some(in_flight) = self.deliveries.get_mut(&id) else { return };
        in_flight.store_failures += 1;
        let attempts = in_flight.store_failures;
        if attempts < STORE_ATTEMPTS && !self.is_stopping {
            let wait = self.mapping.settings.backoff.wait(attempts);
            self.store(id, condition, wait);
            return;
        }
        self.abandon(id);
        let destination = self.mapping.settings.on_failure.as_ref();
        let destination = destination.map_or("the destination".to_owned(), ToString::to_string);
        self.error.get_or_insert(MappingError::Destination { destination, attempts, message });
    }

    /// The next piece is stored, or dropped; says how many records that are.
    fn given_up(&mut self, id: Id, condition: Condition, is_stored: bool) -> u64 {
        let Some(in_flight) = self.deliveries.get_mut(&id) else { return 0 };
        in_flight.store_failures = 0;
        let records = in_flight.delivery.given_up();
        *self.tally.given_up.entry(condition).or_default() += 1;
        self.tell(&Observation::GivenUp { records: &records, condition, is_stored });
        self.step_is_over(id);
        records.len() as u64
    }
}
