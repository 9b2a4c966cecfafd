use futures::stream::{self, StreamExt};
use thiserror::Error;
use tokio::time::{sleep, timeout};

use super::pack::pack;
use super::{Deadline, Limits, Retry};

/// What a sink says of one entry of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply<T> {
    /// It took it.
    Done(T),
    /// Not this time: throttled, or a fault of its own.
    Again(String),
    /// Never: something about this entry is wrong.
    Refused(String),
}

/// Why a whole request failed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// It may work later: throttled, timed out, cut off, a fault of the sink's.
    #[error("{0}")]
    Again(String),
    /// It will not work until somebody changes something: no such table, no permission.
    #[error("{0}")]
    Broken(String),
}

/// What became of one item in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome<T> {
    /// The sink took it.
    Done(T),
    /// The sink will never take it.
    Refused(String),
    /// It is not known to have been taken, for the reason given.
    Unfinished(String),
}

/// Sends items to a sink until each is done or refused, or the deadline has come.
///
/// `size` gives the bytes that an item adds to a request. `call` makes one request of the items at
/// these places and gives one reply per item, in order. Returns one outcome per item, in order.
/// An item that alone passes the byte limit is refused without a request.
pub async fn send<T>(
    count: usize,
    size: impl Fn(usize) -> usize,
    limits: &Limits,
    retry: &Retry,
    deadline: Deadline,
    call: impl AsyncFn(&[usize]) -> Result<Vec<Reply<T>>, RequestError>,
) -> Vec<Outcome<T>> {
    let mut outcomes: Vec<Option<Outcome<T>>> = (0..count).map(|_| None).collect();
    let mut pending = Vec::with_capacity(count);
    for (place, outcome) in outcomes.iter_mut().enumerate() {
        let size = size(place);
        if size > limits.bytes {
            let limit = limits.bytes;
            let reason = format!("its {size} bytes pass the sink's {limit}");
            *outcome = Some(Outcome::Refused(reason));
        } else {
            pending.push(place);
        }
    }

    let mut attempt = 0;
    while !pending.is_empty() && !deadline.has_passed() {
        let requests = pack(&pending, &size, limits);
        let mut answers = stream::iter(requests)
            .map(|places| attempt_once(places, retry, deadline, &call))
            .buffer_unordered(limits.in_flight.max(1));
        let mut again = Vec::new();
        while let Some((places, answer)) = answers.next().await {
            settle(places, answer, &mut outcomes, &mut again);
        }
        drop(answers);
        again.sort_unstable();
        pending = again;
        if !pending.is_empty() {
            sleep(retry.wait(attempt).min(deadline.remaining())).await;
            attempt += 1;
        }
    }
    let unsent = || Outcome::Unfinished("the deadline came first".to_owned());
    outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unsent)).collect()
}

type Answer<T> = Result<Vec<Reply<T>>, RequestError>;

async fn attempt_once<T>(
    places: Vec<usize>,
    retry: &Retry,
    deadline: Deadline,
    call: &impl AsyncFn(&[usize]) -> Answer<T>,
) -> (Vec<usize>, Answer<T>) {
    if deadline.has_passed() {
        return (places, Err(RequestError::Again("the deadline came first".to_owned())));
    }
    let limit = deadline.remaining().min(retry.request_timeout);
    let answer = timeout(limit, call(&places)).await.unwrap_or_else(|_| {
        Err(RequestError::Again(format!("no answer within {} ms", limit.as_millis())))
    });
    (places, answer)
}

/// Notes what one request settled, and collects the places to try again.
fn settle<T>(
    places: Vec<usize>,
    answer: Answer<T>,
    outcomes: &mut [Option<Outcome<T>>],
    again: &mut Vec<usize>,
) {
    let replies = match answer {
        Ok(replies) => replies,
        Err(RequestError::Again(reason)) => {
            for place in places {
                outcomes[place] = Some(Outcome::Unfinished(reason.clone()));
                again.push(place);
            }
            return;
        }
        Err(RequestError::Broken(reason)) => {
            for place in places {
                outcomes[place] = Some(Outcome::Unfinished(reason.clone()));
            }
            return;
        }
    };
    let mut replies = replies.into_iter();
    for place in places {
        let missing = || Reply::Again("the sink did not answer for it".to_owned());
        let outcome = match replies.next().unwrap_or_else(missing) {
            Reply::Done(value) => Outcome::Done(value),
            Reply::Refused(reason) => Outcome::Refused(reason),
            Reply::Again(reason) => {
                again.push(place);
                Outcome::Unfinished(reason)
            }
        };
        outcomes[place] = Some(outcome);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    const LIMITS: Limits = Limits { entries: 4, bytes: 100, in_flight: 3 };

    fn retry() -> Retry {
        Retry::new(Box::new(|| 1.0))
    }

    fn deadline() -> Deadline {
        Deadline::after(Duration::from_mins(1))
    }

    /// Time stands still but for the timers, so no test waits.
    fn run<F: Future>(future: impl FnOnce() -> F) -> F::Output {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        runtime.block_on(async { future().await })
    }

    #[test]
    fn only_what_failed_is_sent_again() {
        let requests = RefCell::new(Vec::new());
        let outcomes = run(async || {
            send(
                4,
                |_| 1,
                &LIMITS,
                &retry(),
                deadline(),
                async |places: &[usize]| {
                    requests.borrow_mut().push(places.to_vec());
                    let first = requests.borrow().len() == 1;
                    Ok(places
                        .iter()
                        .map(|&place| match place {
                            1 if first => Reply::Again("throttled".into()),
                            2 => Reply::Refused("too odd".into()),
                            _ => Reply::Done(place),
                        })
                        .collect())
                },
            )
            .await
        });
        assert_eq!(*requests.borrow(), [vec![0, 1, 2, 3], vec![1]]);
        let refused = Outcome::Refused("too odd".to_owned());
        assert_eq!(outcomes, [Outcome::Done(0), Outcome::Done(1), refused, Outcome::Done(3)]);
    }

    #[test]
    fn a_broken_sink_is_asked_once() {
        let requests = Cell::new(0);
        let outcomes = run(async || {
            send(
                2,
                |_| 1,
                &LIMITS,
                &retry(),
                deadline(),
                async |_: &[usize]| {
                    requests.set(requests.get() + 1);
                    Err::<Vec<Reply<()>>, _>(RequestError::Broken("no such table".into()))
                },
            )
            .await
        });
        assert_eq!(requests.get(), 1);
        assert_eq!(outcomes, vec![Outcome::Unfinished("no such table".into()); 2]);
    }

    #[test]
    fn a_sink_that_never_answers_ends_at_the_deadline() {
        let started = Cell::new(None);
        let outcomes = run(async || {
            started.set(Some(tokio::time::Instant::now()));
            let outcomes = send(
                1,
                |_| 1,
                &LIMITS,
                &retry(),
                deadline(),
                async |_: &[usize]| std::future::pending::<Result<Vec<Reply<()>>, _>>().await,
            )
            .await;
            let elapsed = started.get().map(|start| start.elapsed().as_secs());
            assert_eq!(elapsed, Some(60));
            outcomes
        });
        assert!(
            matches!(&outcomes[0], Outcome::Unfinished(reason) if reason.contains("no answer"))
        );
    }

    #[test]
    fn an_item_that_passes_the_byte_limit_alone_is_refused_without_a_request() {
        let outcomes = run(async || {
            send(
                2,
                |place| [101, 100][place],
                &LIMITS,
                &retry(),
                deadline(),
                async |places: &[usize]| {
                    assert_eq!(places, [1]);
                    Ok(vec![Reply::Done(())])
                },
            )
            .await
        });
        let refused = Outcome::Refused("its 101 bytes pass the sink's 100".to_owned());
        assert_eq!(outcomes, [refused, Outcome::Done(())]);
    }

    proptest! {
        /// Whatever the sink does, each item is taken exactly as often as its outcome says, and no
        /// request passes a limit.
        #[test]
        fn every_item_ends_in_exactly_one_outcome(
            sizes in prop::collection::vec(0_usize..=120, 0..40),
            script in prop::collection::vec(0_u8..5, 1..200),
        ) {
            let step = Cell::new(0);
            let next = || { step.set(step.get() + 1); script[step.get() % script.len()] };
            let taken = RefCell::new(vec![0; sizes.len()]);
            let outcomes = run(async || {
                send(sizes.len(), |place| sizes[place], &LIMITS, &retry(), deadline(), async |places: &[usize]| {
                    assert!(places.len() <= LIMITS.entries);
                    assert!(places.iter().map(|&place| sizes[place]).sum::<usize>() <= LIMITS.bytes);
                    if next() == 0 {
                        return Err(RequestError::Again("500".into()));
                    }
                    Ok(places.iter().map(|&place| match next() {
                        1 => Reply::Again("throttled".into()),
                        2 => Reply::Refused("refused".into()),
                        _ => { taken.borrow_mut()[place] += 1; Reply::Done(place) }
                    }).collect())
                }).await
            });
            for (place, outcome) in outcomes.iter().enumerate() {
                let times = taken.borrow()[place];
                match outcome {
                    Outcome::Done(done) => prop_assert_eq!((*done, times), (place, 1)),
                    Outcome::Refused(_) | Outcome::Unfinished(_) => prop_assert_eq!(times, 0),
                }
            }
        }
    }
}
