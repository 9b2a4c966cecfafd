//! What has to be carried.

/// A steady load.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Records a second, over all topics.
    pub records_per_second: f64,
    /// Bytes of a record's value.
    pub record_bytes: f64,
    /// Distinct users and sensors that are active; one sensor to four users.
    pub keys: f64,
    /// `BatchSize` of the mappings.
    pub batch_size: f64,
    /// `MaximumBatchingWindowInSeconds` of the mappings.
    pub window_seconds: f64,
    /// Partitions of each topic.
    pub partitions: f64,
    /// The share of records that raise an alert.
    pub alert_share: f64,
    /// The share of records that close a session or a window.
    pub row_share: f64,
    /// How many days the cluster keeps a record.
    pub retention_days: f64,
}

impl Load {
    /// Topics: user events, transactions, sensor readings, in equal parts.
    pub const TOPICS: f64 = 3.0;
    /// What stands around a value in an event: names, numbers, the key in base64.
    pub const EVENT_OVERHEAD_BYTES: f64 = 170.0;
    /// What stands around a value in a line of the archive.
    pub const LINE_OVERHEAD_BYTES: f64 = 175.0;

    /// A load with what the template has by default.
    pub fn new(records_per_second: f64, record_bytes: f64, keys: f64) -> Self {
        Self {
            records_per_second,
            record_bytes,
            keys,
            batch_size: 1_000.0,
            window_seconds: 5.0,
            partitions: 6.0,
            alert_share: 0.005,
            row_share: 0.02,
            retention_days: 7.0,
        }
    }

    /// Bytes that a record takes in an event: its value is in base64 there.
    pub fn event_bytes(&self) -> f64 {
        self.record_bytes * 4.0 / 3.0 + Self::EVENT_OVERHEAD_BYTES
    }

    /// Bytes that a record takes as a line of the archive.
    pub fn line_bytes(&self) -> f64 {
        self.record_bytes + Self::LINE_OVERHEAD_BYTES
    }
}
