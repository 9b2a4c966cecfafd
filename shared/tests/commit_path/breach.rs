//! Faults of the world, each of which does what a fault of the commit path would.

use std::cell::Cell;

use millrace_shared::state::Watermarks;

/// What is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Breach {
    /// A write takes effect whatever version stands.
    NoCondition,
    /// A committed state has lost its outbox.
    ClearedBeforeDelivery,
    /// Features take the place of newer ones.
    FeaturesOverwritten,
    /// The answer lists of each entity only the first record that is not done.
    OnlyTheFirstIsReported,
    /// The highest offset that was applied does not count as applied.
    WatermarkOneTooLow,
    /// Everything up to the watermark counts as done.
    NoHoles,
    /// A partition says of everything up to its watermark that it is done for everyone.
    SettledTooEarly,
    /// A partition says of nothing that it is done for everyone.
    NothingSettled,
}

thread_local! {
    static BREACH: Cell<Option<Breach>> = const { Cell::new(None) };
}

/// Runs something in a broken world.
pub(crate) fn with_breach<T>(breach: Breach, run: impl FnOnce() -> T) -> T {
    BREACH.set(Some(breach));
    let result = run();
    BREACH.set(None);
    result
}

/// Whether this is broken.
pub(crate) fn is_broken(breach: Breach) -> bool {
    BREACH.get() == Some(breach)
}

/// A mark as it is stored: source, partition, epoch, newest time, what is covered, up to where that
/// is not sure, what is settled.
type Mark = (u64, i32, u32, Option<i64>, Vec<u64>, Option<i64>, Vec<u64>);

/// Watermarks as a broken path would have stored them.
pub(crate) fn tampered(marks: &Watermarks) -> Watermarks {
    let bytes = marks.encode();
    let (mut stored, forgotten): (Vec<Mark>, Option<i64>) =
        postcard::from_bytes(&bytes[1..]).unwrap();
    stored.retain_mut(|mark| tamper(&mut mark.4, &mut mark.6));
    let bytes = postcard::to_extend(&(stored, forgotten), vec![bytes[0]]).unwrap();
    Watermarks::decode(&bytes).unwrap()
}

/// Stretches are stored from the top down: the highest offset (doubled, as they are not negative),
/// the length of the stretch below it, then the length of a hole and of a stretch, and so on.
/// Returns whether anything is left.
fn tamper(covered: &mut Vec<u64>, settled: &mut Vec<u64>) -> bool {
    let length = |stretches: &[u64]| {
        let below: u64 = stretches[1..].iter().sum();
        // A hole of length n takes n + 1 offsets off the next stretch's end.
        below + (stretches.len() as u64 - 2) / 2
    };
    if is_broken(Breach::WatermarkOneTooLow) {
        match covered[..] {
            [_, 0] => return false,
            [_, 0, hole, ..] => {
                covered[0] -= 2 * (hole + 1);
                covered.drain(1..3);
            }
            _ => {
                covered[0] -= 2;
                covered[1] -= 1;
            }
        }
    }
    if is_broken(Breach::NoHoles) {
        *covered = vec![covered[0], length(covered)];
    }
    if is_broken(Breach::SettledTooEarly) && !settled.is_empty() {
        *settled = vec![covered[0], covered[0] / 2];
    }
    if is_broken(Breach::NothingSettled) {
        settled.clear();
    }
    true
}
