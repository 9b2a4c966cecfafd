use std::time::Duration;

use millrace_endpoints::FaultRates;

/// What is to happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The same seed gives the same records, and draws the same faults for the n-th request of each
    /// operation and for the n-th invocation of each function. Which request is the n-th depends on
    /// the machine.
    pub seed: u64,
    /// How many records are produced.
    pub records: u64,
    /// When no more are produced although there would be; none: when there are as many.
    pub time: Option<Duration>,
    /// How often requests go wrong.
    pub faults: FaultRates,
    /// How often invocations do.
    pub mishaps: MishapRates,
    /// The most records of a batch.
    pub batch_size: usize,
    /// How many processes of each function there are, and so invocations at once.
    pub processes: usize,
    /// Something broken on purpose, to see that it is noticed.
    pub sabotage: Option<Sabotage>,
}

/// How often an invocation comes to grief, as a share of all of them, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MishapRates {
    /// Its process is killed in the middle (SIGKILL).
    pub kill: f64,
    /// Its process stands still in the middle (SIGSTOP); the batch comes again, elsewhere; then it
    /// goes on (SIGCONT): a zombie.
    pub zombie: f64,
    /// Its answer is lost, so that all of the batch comes again.
    pub answer_lost: f64,
    /// It has so little time that it comes to its deadline in the middle.
    pub short_of_time: f64,
    /// One of its partitions is taken away from the mapping and given back, and is read again from
    /// what was committed.
    pub rebalance: f64,
}

/// What can be broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    /// One record of one event is taken out before `analytics` gets it.
    LoseARecord,
    /// `analytics` gets one record twice, the second time as if it came from elsewhere.
    DoubleARecord,
}

impl Plan {
    /// Everything goes wrong now and then, and nothing so often that no work gets done.
    pub fn new(seed: u64, records: u64) -> Self {
        Self {
            seed,
            records,
            time: None,
            faults: FaultRates {
                throttle: 0.02,
                server_error: 0.01,
                unavailable: 0.01,
                drop_before: 0.01,
                drop_after: 0.01,
                cut_short: 0.005,
                // Each costs an invocation all the time that it has.
                hang_before: 0.0005,
                hang_after: 0.0005,
                late: 0.005,
                latency: 0.02,
                partial: 0.03,
                conflict: 0.01,
            },
            mishaps: MishapRates {
                kill: 0.03,
                zombie: 0.02,
                answer_lost: 0.02,
                short_of_time: 0.03,
                rebalance: 0.02,
            },
            batch_size: 200,
            processes: 3,
            sabotage: None,
        }
    }
}
