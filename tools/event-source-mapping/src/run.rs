//! A mapping at work.
//!
//! ```text
//!            ┌──────────── pause, resume ────────────┐
//!  Source ──poll──▶ filters ─▶ Partitions ─cut─▶ Delivery ─▶ Function
//!    ▲                         (waiting)          │  ▲ retry, halves, what failed
//!    └───── commit ◀── lowest offset not done ◀───┘  └──── or FailureDestination
//! ```
//!
//! One loop owns all of it; invocations and stores run as tasks beside it.

mod steps;

use std::collections::{BTreeMap, HashMap};
use std::pin::pin;
use std::time::Duration;

use millrace_kafka_event::KafkaRecord;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use self::steps::{Ended, Id, InFlight, Stage};
use crate::mapping::{EventSourceMapping, MappingError, Until};
use crate::observe::{Observation, PartitionLag, Tally};
use crate::partitions::{Partition, Partitions};
use crate::source::{PartitionOffset, Polled, Source};

/// How long after a failed commit the next one is tried.
const COMMIT_AGAIN: Duration = Duration::from_secs(1);

pub(crate) struct Run<'a> {
    mapping: &'a EventSourceMapping,
    until: Until,
    partitions: Partitions,
    deliveries: HashMap<Id, InFlight>,
    next_id: Id,
    tasks: JoinSet<Ended>,
    tally: Tally,
    was_assigned: bool,
    /// Nothing new is begun.
    is_stopping: bool,
    error: Option<MappingError>,
    /// Not before this moment, and why the last one failed.
    commit_again: Option<(Instant, String)>,
    /// The function has answered something.
    has_answered: bool,
    /// Attempts in a row without an answer.
    unanswered: u32,
}

impl<'a> Run<'a> {
    pub(crate) fn new(mapping: &'a EventSourceMapping, until: Until) -> Self {
        Run {
            mapping,
            until,
            partitions: Partitions::default(),
            deliveries: HashMap::new(),
            next_id: 0,
            tasks: JoinSet::new(),
            tally: Tally::default(),
            was_assigned: false,
            is_stopping: false,
            error: None,
            commit_again: None,
            has_answered: false,
            unanswered: 0,
        }
    }

    pub(crate) async fn run<S: Source>(
        mut self,
        source: &mut S,
        stop: impl Future<Output = ()> + Send,
    ) -> Result<Tally, MappingError> {
        let mut stop = pin!(stop);
        let mut next_lag = self.mapping.lag_interval.map(|_| Instant::now());
        loop {
            if self.error.is_some() {
                self.stop();
            }
            let cut_at = self.cut_batches();
            self.commit(source).await;
            self.release(source).await;
            self.steer(source);
            if self.is_over() {
                break;
            }
            tokio::select! {
                biased;
                () = &mut stop, if !self.is_stopping => self.stop(),
                Some(ended) = self.tasks.join_next() => self.task_ended(ended),
                () = moment(next_lag) => {
                    next_lag = self.mapping.lag_interval.map(|interval| Instant::now() + interval);
                    self.tell_lag(source).await;
                }
                () = moment(cut_at) => {}
                () = moment(self.commit_again.as_ref().map(|(moment, _)| *moment)) => {}
                polled = source.poll(), if self.error.is_none() => match polled {
                    Ok(polled) => self.polled(polled, source).await,
                    Err(error) => self.fail(error),
                },
            }
        }
        self.finish(source).await
    }

    /// Whether there is nothing left to do.
    fn is_over(&self) -> bool {
        if !self.deliveries.is_empty() {
            return false;
        }
        let is_done =
            |partition: &Partition| partition.end.is_some_and(|end| partition.position() >= end);
        self.is_stopping
            || (self.until == Until::EndOffsets
                && self.was_assigned
                && self.partitions.by_number.values().all(is_done))
    }

    /// Begins nothing new, and drops what only waits to be tried again.
    fn stop(&mut self) {
        self.is_stopping = true;
        let is_waiting = |in_flight: &InFlight| in_flight.stage == Stage::Waiting;
        let waiting = self.deliveries.iter().filter(|(_, in_flight)| is_waiting(in_flight));
        for id in waiting.map(|(id, _)| *id).collect::<Vec<Id>>() {
            self.abandon(id);
        }
    }

    async fn finish<S: Source>(mut self, source: &mut S) -> Result<Tally, MappingError> {
        self.commit_again = None;
        self.commit(source).await;
        if self.mapping.lag_interval.is_some() && self.error.is_none() {
            self.tell_lag(source).await;
        }
        for partition in self.partitions.by_number.values_mut() {
            self.tally.abandoned += partition.clear() as u64;
        }
        match (self.error, self.commit_again) {
            (Some(error), _) => Err(error),
            (None, Some((_, message))) => Err(MappingError::Commit { message }),
            (None, None) => Ok(self.tally),
        }
    }

    async fn polled<S: Source>(&mut self, polled: Polled, source: &mut S) {
        match polled {
            Polled::Records(records) => self.take_in(&records),
            Polled::Assigned(offsets) => self.assigned(&offsets, source).await,
            Polled::Revoking(partitions) => self.revoking(&partitions),
            Polled::Lost(partitions) => self.lost(&partitions),
            Polled::CaughtUp(PartitionOffset { partition, offset }) => {
                if let Some(partition) = self.partitions.by_number.get_mut(&partition)
                    && !partition.is_leaving
                {
                    partition.read_to = partition.read_to.max(offset);
                }
            }
        }
    }

    /// Puts the records that pass the filters where they wait.
    fn take_in(&mut self, records: &[KafkaRecord]) {
        if self.is_stopping {
            return;
        }
        let now = Instant::now();
        let (mut taken, mut filtered_out) = (0, 0);
        for record in records {
            let Some(partition) = self.partitions.by_number.get_mut(&record.partition) else {
                continue;
            };
            if partition.is_leaving || record.offset < partition.read_to {
                continue;
            }
            if let Some(end) = partition.end.filter(|end| record.offset >= *end) {
                // For the next run. That it came says that there is no other one below the end.
                partition.read_to = end.max(partition.read_to);
                continue;
            }
            partition.read_to = record.offset + 1;
            taken += 1;
            if self.mapping.settings.filters.pass(record.value.as_deref()) {
                partition.push(record, now);
            } else {
                filtered_out += 1;
            }
        }
        self.tally.polled += taken as u64;
        self.tally.filtered_out += filtered_out as u64;
        self.tell(&Observation::Polled { records: taken, filtered_out });
    }

    async fn assigned<S: Source>(&mut self, offsets: &[PartitionOffset], source: &mut S) {
        self.was_assigned = true;
        let numbers: Vec<i32> = offsets.iter().map(|offset| offset.partition).collect();
        let mut ends = BTreeMap::new();
        if self.until == Until::EndOffsets && !numbers.is_empty() {
            match source.end_offsets(&numbers).await {
                Ok(found) => ends.extend(found.iter().map(|end| (end.partition, end.offset))),
                Err(error) => self.fail(error),
            }
        }
        self.forget(&numbers);
        for PartitionOffset { partition: number, offset } in offsets {
            let mut partition = Partition::starting_at(*offset);
            partition.end = ends.get(number).copied();
            self.partitions.by_number.insert(*number, partition);
        }
        self.tell(&Observation::Assigned(offsets));
    }

    /// The group wants partitions back: what is being done may be finished, no more.
    fn revoking(&mut self, numbers: &[i32]) {
        for number in numbers {
            if let Some(partition) = self.partitions.by_number.get_mut(number) {
                partition.is_leaving = true;
                self.tally.abandoned += partition.clear() as u64;
            }
        }
        self.leave(numbers);
    }

    /// Partitions are somebody else's: nothing of them counts any more.
    fn lost(&mut self, numbers: &[i32]) {
        self.forget(numbers);
        self.tell(&Observation::Unassigned(numbers));
    }

    fn forget(&mut self, numbers: &[i32]) {
        for number in numbers {
            if let Some(mut partition) = self.partitions.by_number.remove(number) {
                self.tally.abandoned += partition.clear() as u64;
            }
        }
        self.leave(numbers);
    }

    /// Commits how far each partition is.
    async fn commit<S: Source>(&mut self, source: &mut S) {
        if self.commit_again.as_ref().is_some_and(|(moment, _)| *moment > Instant::now()) {
            return;
        }
        self.commit_again = None;
        let mut offsets = Vec::new();
        for (number, partition) in &self.partitions.by_number {
            let offset = partition.position();
            if offset > partition.committed {
                offsets.push(PartitionOffset { partition: *number, offset });
            }
        }
        if offsets.is_empty() {
            return;
        }
        if let Err(error) = source.commit(&offsets).await {
            self.tally.commit_errors += 1;
            let message = error.to_string();
            self.tell(&Observation::CommitFailed { message: &message });
            self.commit_again = Some((Instant::now() + COMMIT_AGAIN, message));
            return;
        }
        for PartitionOffset { partition, offset } in &offsets {
            if let Some(partition) = self.partitions.by_number.get_mut(partition) {
                partition.committed = *offset;
            }
        }
        self.tell(&Observation::Committed(&offsets));
    }

    /// Gives back what the group wants back and is done.
    async fn release<S: Source>(&mut self, source: &mut S) {
        let Partitions { by_number, busy } = &self.partitions;
        let is_over = |(number, partition): &(&i32, &Partition)| {
            partition.is_leaving && !busy.contains_key(number)
        };
        let released: Vec<i32> =
            by_number.iter().filter(is_over).map(|(number, _)| *number).collect();
        if released.is_empty() {
            return;
        }
        if let Err(error) = source.release(&released).await {
            self.fail(error);
        }
        for number in &released {
            self.partitions.by_number.remove(number);
        }
        self.tell(&Observation::Unassigned(&released));
    }

    /// Pauses partitions of which enough waits, resumes others.
    fn steer<S: Source>(&mut self, source: &mut S) {
        for (number, is_paused) in self.partitions.to_steer(&self.mapping.settings) {
            let steered = if is_paused { source.pause(number) } else { source.resume(number) };
            if let Err(error) = steered {
                self.fail(error);
                return;
            }
            if let Some(partition) = self.partitions.by_number.get_mut(&number) {
                partition.is_paused = is_paused;
            }
        }
    }

    async fn tell_lag<S: Source>(&mut self, source: &mut S) {
        let numbers: Vec<i32> = self.partitions.by_number.keys().copied().collect();
        let Ok(ends) = source.end_offsets(&numbers).await else { return };
        let mut lags = Vec::with_capacity(ends.len());
        for PartitionOffset { partition, offset: end } in ends {
            if let Some(known) = self.partitions.by_number.get(&partition) {
                lags.push(PartitionLag { partition, position: known.position(), end });
            }
        }
        self.tell(&Observation::Lag(&lags));
    }

    fn fail(&mut self, error: impl std::error::Error + Send + Sync + 'static) {
        self.error.get_or_insert(MappingError::Source(Box::new(error)));
    }

    fn tell(&self, observation: &Observation<'_>) {
        self.mapping.observer.observe(observation);
    }
}

/// Waits for a moment; for ever if there is none.
async fn moment(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
