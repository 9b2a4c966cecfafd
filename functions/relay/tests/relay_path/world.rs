//! Streams, a bucket and a queue in memory. Every request can be made to fail.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use millrace_shared::commit::DeadLetters;
use millrace_shared::delivery::{Deadline, Reply, RequestError, Retry};
use millrace_shared::kafka::{Batch, DeadRecord};
use relay::line::Envelope;
use relay::ports::{ObjectStore, Streams};
use relay::{Destination, Done, Relay};

use crate::event::Place;

/// What happens at one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    /// It takes this long.
    Slow(u64),
    /// It fails, and may work later.
    Again,
    /// It fails, and will fail until somebody changes something.
    Broken,
    /// It takes effect, and its answer is lost.
    AnswerLost,
    /// It never ends.
    Hangs,
    /// Of its entries, those at these places modulo 8 fail for now.
    SomeAgain(Vec<usize>),
    /// Of its entries, those at these places modulo 8 are refused for good.
    SomeRefused(Vec<usize>),
}

#[derive(Default)]
pub(crate) struct World {
    /// What each stream took.
    pub streams: BTreeMap<String, Vec<Vec<u8>>>,
    pub objects: BTreeMap<String, Vec<u8>>,
    pub buried: Vec<(Place, &'static str)>,
    pub stream_requests: usize,
    pub object_requests: usize,
    /// The records of requests whose records are longer than this are refused.
    pub refuses_longer_than: Option<usize>,
}

#[derive(Default)]
pub(crate) struct Sinks {
    pub world: RefCell<World>,
    pub stream_faults: RefCell<std::vec::IntoIter<Fault>>,
    pub object_faults: RefCell<std::vec::IntoIter<Fault>>,
    pub queue_faults: RefCell<std::vec::IntoIter<Fault>>,
}

impl Sinks {
    pub(crate) fn failing(stream: Vec<Fault>, object: Vec<Fault>, queue: Vec<Fault>) -> Rc<Self> {
        Rc::new(Self {
            stream_faults: RefCell::new(stream.into_iter()),
            object_faults: RefCell::new(object.into_iter()),
            queue_faults: RefCell::new(queue.into_iter()),
            ..Self::default()
        })
    }
}

/// Makes one request of so many entries. `effect` takes the entries at these places.
async fn request(
    fault: Fault,
    entries: usize,
    effect: impl FnOnce(&[usize]),
) -> Result<Vec<Reply<()>>, RequestError> {
    tokio::task::yield_now().await;
    let hits = |places: &[usize], place: usize| places.contains(&(place % 8));
    let reply = |place: usize| match &fault {
        Fault::SomeAgain(places) if hits(places, place) => Reply::Again("throttled".to_owned()),
        Fault::SomeRefused(places) if hits(places, place) => Reply::Refused("odd".to_owned()),
        _ => Reply::Done(()),
    };
    let replies: Vec<Reply<()>> = (0..entries).map(reply).collect();
    let taken: Vec<usize> =
        (0..entries).filter(|&place| replies[place] == Reply::Done(())).collect();
    match fault {
        Fault::Again => return Err(RequestError::Again("unavailable".to_owned())),
        Fault::Broken => return Err(RequestError::Broken("no such stream".to_owned())),
        Fault::Hangs => std::future::pending::<()>().await,
        Fault::Slow(millis) => tokio::time::sleep(Duration::from_millis(millis)).await,
        Fault::AnswerLost => {
            effect(&taken);
            return Err(RequestError::Again("the connection closed".to_owned()));
        }
        Fault::None | Fault::SomeAgain(_) | Fault::SomeRefused(_) => {}
    }
    effect(&taken);
    Ok(replies)
}

fn next(faults: &RefCell<std::vec::IntoIter<Fault>>) -> Fault {
    faults.borrow_mut().next().unwrap_or(Fault::None)
}

/// Access for the ports of one relay.
#[derive(Clone)]
pub(crate) struct Port(pub Rc<Sinks>);

impl Streams for Port {
    async fn put(&self, stream: &str, records: &[&[u8]]) -> Result<Vec<Reply<()>>, RequestError> {
        assert!((1..=500).contains(&records.len()), "{} records", records.len());
        assert!(records.iter().all(|record| (1..=1_024_000).contains(&record.len())));
        assert!(records.iter().map(|record| record.len()).sum::<usize>() <= 4_194_304);
        let longest = {
            let mut world = self.0.world.borrow_mut();
            world.stream_requests += 1;
            world.refuses_longer_than
        };
        if let Some(longest) = longest {
            let refused = |record: &&[u8]| {
                if record.len() > longest {
                    Reply::Refused("too long".to_owned())
                } else {
                    Reply::Done(())
                }
            };
            let taken = records.iter().filter(|record| record.len() <= longest);
            let mut world = self.0.world.borrow_mut();
            let into = world.streams.entry(stream.to_owned()).or_default();
            into.extend(taken.map(|record| record.to_vec()));
            return Ok(records.iter().map(refused).collect());
        }
        request(next(&self.0.stream_faults), records.len(), |taken| {
            let mut world = self.0.world.borrow_mut();
            let into = world.streams.entry(stream.to_owned()).or_default();
            into.extend(taken.iter().map(|&place| records[place].to_vec()));
        })
        .await
    }
}

impl ObjectStore for Port {
    async fn put(&self, key: &str, body: &[u8]) -> Result<Reply<()>, RequestError> {
        self.0.world.borrow_mut().object_requests += 1;
        let replies = request(next(&self.0.object_faults), 1, |taken| {
            for _ in taken {
                self.0.world.borrow_mut().objects.insert(key.to_owned(), body.to_vec());
            }
        })
        .await?;
        Ok(replies.into_iter().next().unwrap())
    }

    fn url(&self, key: &str) -> String {
        format!("s3://archive/{key}")
    }
}

impl DeadLetters for Port {
    async fn bury(&self, records: &[DeadRecord<'_>], _: Deadline) -> Vec<Result<(), String>> {
        assert!(!records.is_empty());
        let mut results = Vec::new();
        for record in records {
            if !matches!(next(&self.0.queue_faults), Fault::None | Fault::Slow(_)) {
                results.push(Err("no such queue".to_owned()));
                continue;
            }
            let place = (
                record.topic.unwrap().to_owned(),
                record.partition.unwrap().0,
                record.offset.unwrap().0,
            );
            self.0.world.borrow_mut().buried.push((place, record.code));
            results.push(Ok(()));
        }
        results
    }
}

/// Runs a batch through a relay with these sinks, with time standing still but for timers.
pub(crate) fn run(
    sinks: &Rc<Sinks>,
    destination: &Destination,
    envelope: Envelope,
    batch: &Batch<'_>,
    limit: Duration,
) -> Done {
    let relay = Relay {
        destination: destination.clone(),
        envelope,
        in_flight: 3,
        retry: Retry::new(Box::new(|| 0.5)),
        streams: Port(Rc::clone(sinks)),
        objects: Port(Rc::clone(sinks)),
        dead_letters: Port(Rc::clone(sinks)),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { relay.run(batch, Deadline::after(limit)).await })
}
