//! What has to be carried.

/// A steady load.
#[derive(Clone, Debug, PartialEq)]
pub struct Load {
    /// Records a second, over the three topics. Labels come on top.
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
    /// The share of payments that a label tells of later; 0 where there is no topic of labels.
    pub label_share: f64,
    /// How many days the cluster keeps a record.
    pub retention_days: f64,
}

impl Load {
    /// Topics: user events, transactions, sensor readings, in equal parts.
    pub const TOPICS: f64 = 3.0;
    /// Bytes of a label's value: two identifiers, a merchant, a time.
    pub const LABEL_BYTES: f64 = 150.0;
    /// Bytes that a label takes in an event.
    pub const LABEL_EVENT_BYTES: f64 = Self::LABEL_BYTES * 4.0 / 3.0 + Self::EVENT_OVERHEAD_BYTES;
    /// Bytes that a label takes as a line of the archive.
    pub const LABEL_LINE_BYTES: f64 = Self::LABEL_BYTES + Self::LINE_OVERHEAD_BYTES;
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
            label_share: 0.0,
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

    /// Distinct users.
    pub fn users(&self) -> f64 {
        self.keys * 0.8
    }

    /// Distinct sensors.
    pub fn sensors(&self) -> f64 {
        self.keys * 0.2
    }

    /// Distinct merchants: one to ten users.
    pub fn merchants(&self) -> f64 {
        self.users() * 0.1
    }

    /// Whether there is a topic of labels.
    pub fn has_labels(&self) -> bool {
        self.label_share > 0.0
    }

    /// Labels a second: of a share of the payments, which are a third of all records.
    pub fn labels_per_second(&self) -> f64 {
        self.records_per_second / Self::TOPICS * self.label_share
    }
}
