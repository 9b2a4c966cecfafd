//! How a consumer works.

use std::time::Duration;

use millrace_event_source_mapping::StartingPosition;
use rdkafka::ClientConfig;

/// What a consumer reads, and as whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerSettings {
    /// The topic.
    pub topic: String,
    /// The consumer group.
    pub group: String,
    /// Where the group begins in a partition of which it has committed nothing.
    pub start: StartingPosition,
    /// How long the group waits for a member that is not heard of. Brokers take 6 s or more.
    pub session_timeout: Duration,
    /// How long every broker may be away before the consumer gives up. One that restarts is sat out.
    pub patience: Duration,
}

/// The most memory for records that are fetched and not yet polled.
const FETCHED_KILOBYTES: u32 = 8 * 1024;
/// The most bytes of one fetch, of all partitions together.
const FETCH_BYTES: u32 = 4 * 1024 * 1024;

impl ConsumerSettings {
    /// From the oldest record on; a member counts as gone after ten seconds, and the brokers after
    /// thirty.
    pub fn new(topic: impl Into<String>, group: impl Into<String>) -> Self {
        Self {
            topic: topic.into(),
            group: group.into(),
            start: StartingPosition::TrimHorizon,
            session_timeout: Duration::from_secs(10),
            patience: Duration::from_secs(30),
        }
    }

    pub(super) fn apply(&self, config: &mut ClientConfig, is_embedded: bool) {
        config.set("group.id", &self.group);
        // Offsets are committed when a batch is done, and not before.
        config.set("enable.auto.commit", "false");
        config.set("enable.auto.offset.store", "false");
        // A rebalance takes away what goes to another member, and nothing else.
        config.set("partition.assignment.strategy", "cooperative-sticky");
        config.set("session.timeout.ms", self.session_timeout.as_millis().to_string());
        config.set("heartbeat.interval.ms", (self.session_timeout.as_millis() / 4).to_string());
        config.set("enable.partition.eof", "true");
        // Memory: by default it would be 64 MB, and a full second until the next fetch after that.
        config.set("queued.max.messages.kbytes", FETCHED_KILOBYTES.to_string());
        config.set("fetch.max.bytes", FETCH_BYTES.to_string());
        config.set("fetch.queue.backoff.ms", "10");
        if is_embedded {
            // It answers an empty fetch after all of this time, whatever is produced meanwhile.
            config.set("fetch.wait.max.ms", "20");
            // What it has dropped is lost: an error, and nothing to go on after.
            config.set("auto.offset.reset", "error");
        } else {
            let reset = match self.start {
                StartingPosition::Latest => "latest",
                StartingPosition::TrimHorizon | StartingPosition::AtTimestamp(_) => "earliest",
            };
            // Where retention was faster than this group.
            config.set("auto.offset.reset", reset);
        }
    }
}
