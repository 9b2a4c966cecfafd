//! The payloads: user events, transactions and sensor readings in equal parts, from a seed.
//!
//! | payload | records | bytes a record | what it stands for |
//! | --- | --- | --- | --- |
//! | `a_100` | 100 | 440 | Lambda's default batch size, small records |
//! | `b_10k` | 10,000 | 620 | the largest batch that Lambda hands over |
//! | `c_1k` | 1,054 | 5,900 | as many bytes in larger records |
//!
//! 2,000 users and 500 sensors, and each key is that of its entity, so that an entity's events come
//! from one partition of a topic, in order, as with any keyed producer.

mod stream;
mod values;

pub use stream::{Detail, Shape, Stream};

/// The topics, in the order of the kinds: user events, transactions, sensor readings.
pub const TOPICS: [&str; 3] = ["user-events", "transactions", "sensor-data"];
/// Partitions of each topic.
pub const PARTITIONS: u32 = 4;

/// One of the fixed payloads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Payload {
    /// 100 small records in 44 KB.
    A100,
    /// 10,000 records in 6 MiB.
    B10k,
    /// 1,054 large records in 6 MiB.
    C1k,
}

impl Payload {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::A100, Self::B10k, Self::C1k];

    /// What it is called in tables and files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A100 => "a_100",
            Self::B10k => "b_10k",
            Self::C1k => "c_1k",
        }
    }

    /// The payload of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|payload| payload.name() == name)
    }

    /// How many records it holds, of how many entities.
    pub const fn shape(self) -> Shape {
        let (records, detail) = match self {
            Self::A100 => (100, Detail::Little),
            Self::B10k => (10_000, Detail::Some),
            Self::C1k => (1_054, Detail::Much),
        };
        Shape { records, users: 2_000, sensors: 500, detail }
    }

    /// The event: the same bytes every time.
    pub fn event(self) -> Vec<u8> {
        self.stream().next_event()
    }

    /// This payload and those that come after it: later offsets, later times, the same entities.
    pub fn stream(self) -> Stream {
        Stream::new(self.shape())
    }
}
