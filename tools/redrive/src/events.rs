use serde::de::IgnoredAny;

use millrace_shared::kafka::Redrive;

use crate::letter::quoted;
use crate::record::{Cluster, Record};

/// How much one event may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Records.
    pub records: usize,
    /// Bytes of its body, unless a single record is larger.
    pub bytes: usize,
}

/// An event to invoke a function with.
#[derive(Clone, PartialEq, Eq)]
pub struct Event {
    /// The body.
    pub body: Vec<u8>,
    /// Its records, as places in the list that it was cut from, in the order of the event.
    pub records: Vec<usize>,
}

/// Cuts records into events: each partition's in the order of its offsets, so that what lies
/// together goes together; no event of two clusters; and one that is no JSON by itself, since it
/// could break what surrounds it.
pub fn cut(records: &[Record], limits: Limits, redrive: Redrive) -> Vec<Event> {
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|&place| {
        let record = &records[place];
        (&record.cluster, &record.map_key, record.topic.as_deref(), record.partition, record.offset)
    });
    let mut events = Vec::new();
    let mut open: Vec<usize> = Vec::new();
    let mut bytes = 0;
    for place in order {
        let record = &records[place];
        let size = record.json.len() + record.map_key.len() + 8;
        let is_alone = !is_json(&record.json);
        let is_full = open.last().is_some_and(|&last| {
            open.len() >= limits.records
                || bytes + size > limits.bytes
                || is_alone
                || records[last].cluster != record.cluster
                || !is_json(&records[last].json)
        });
        if is_full {
            events.push(event(records, std::mem::take(&mut open), redrive));
            bytes = 0;
        }
        open.push(place);
        bytes += size;
    }
    if !open.is_empty() {
        events.push(event(records, open, redrive));
    }
    events
}

fn is_json(bytes: &[u8]) -> bool {
    serde_json::from_slice::<IgnoredAny>(bytes).is_ok()
}

fn event(records: &[Record], places: Vec<usize>, redrive: Redrive) -> Event {
    let cluster = places.first().map(|&place| &records[place].cluster);
    let mut body = head(cluster.unwrap_or(&Cluster::default()), redrive);
    let mut key_before: Option<&str> = None;
    for &place in &places {
        let record = &records[place];
        if key_before == Some(&record.map_key) {
            body.push(b',');
        } else {
            body.extend_from_slice(if key_before.is_some() { b"]," } else { b"" });
            body.extend(quoted(&record.map_key));
            body.extend_from_slice(b":[");
            key_before = Some(&record.map_key);
        }
        body.extend_from_slice(&record.json);
    }
    body.extend_from_slice(if key_before.is_some() { b"]}}" } else { b"}}" });
    Event { body, records: places }
}

/// Everything up to the records.
fn head(cluster: &Cluster, redrive: Redrive) -> Vec<u8> {
    let id = if cluster.has_arn() { "eventSourceArn" } else { "bootstrapServers" };
    let redrive = match redrive {
        Redrive::Ask => "ask",
        Redrive::Apply => "apply",
    };
    let members =
        [("eventSource", cluster.event_source.as_str()), (id, &cluster.id), ("redrive", redrive)];
    let mut head = vec![b'{'];
    for (name, value) in members {
        head.extend(quoted(name));
        head.push(b':');
        head.extend(quoted(value));
        head.push(b',');
    }
    head.extend_from_slice(b"\"records\":{");
    head
}

/// How large it is: its content stays out of logs.
impl std::fmt::Debug for Event {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} records in {} bytes", self.records.len(), self.body.len())
    }
}

#[cfg(test)]
mod tests;
