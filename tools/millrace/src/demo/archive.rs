//! What `relay` left behind: the lines in its objects, read back and counted, and what it sent.

use std::io::BufRead;

use millrace_endpoints::Service;
use relay::BILLING_STEP;
use serde::Serialize;

use super::positions::{Difference, Position, Positions};
use super::stream::Fed;
use crate::archive::decompressed;
use crate::error::Error;
use crate::function::Function;
use crate::stack::{Changes, Stack};
use crate::text::{counted, grouped, per};

/// Where `relay` puts the lines that no stream takes.
const OVERSIZE: &str = "oversize/";

/// The archive in numbers.
#[derive(Debug, Default, Serialize)]
pub(super) struct Archive {
    /// Lines in the objects that the delivery stream wrote.
    pub(super) lines: u64,
    /// Records that the function gave up, by its metrics and in the queue.
    pub(super) dead_records: u64,
    #[serde(skip)]
    pub(super) in_queue: u64,
    /// Firehose records, and the requests that they went in.
    pub(super) entries: u64,
    pub(super) requests: u64,
    /// Firehose records and objects that were sent again.
    pub(super) retries: u64,
    /// Bytes of the Firehose records, and those that are billed: each one rounded up.
    pub(super) bytes_sent: u64,
    pub(super) bytes_billed: u64,
    /// What would be billed if each line were a Firehose record.
    pub(super) bytes_billed_unpacked: u64,
    /// Objects that the delivery stream wrote, and their bytes, compressed.
    pub(super) objects: u64,
    pub(super) object_bytes: u64,
    /// Lines that are an object by themselves.
    pub(super) oversize: u64,
    /// Records handed over and neither in an object nor dead, and lines too many.
    pub(super) missing: u64,
    pub(super) surplus: u64,
    /// Whether everything the delivery stream took is in objects: other endpoints than our own
    /// deliver when they want to.
    #[serde(skip)]
    pub(super) is_delivered: bool,
    /// The key of one of the objects.
    #[serde(skip)]
    pub(super) example: String,
}

impl Archive {
    pub(super) async fn gather(
        stack: &Stack,
        changes: &Changes,
        handed_over: &Positions,
    ) -> Result<Self, Error> {
        let count = |name| changes.metrics.count(Function::Relay.name(), name);
        let mut archive = Self {
            dead_records: count("DeadRecords"),
            entries: count("Entries"),
            requests: requests(changes).unwrap_or_else(|| count("Requests")),
            retries: count("Retries"),
            bytes_sent: count("BytesSent"),
            bytes_billed: count("BytesBilled"),
            oversize: count("Oversize"),
            is_delivered: stack.aws.embedded.is_some(),
            ..Self::default()
        };
        let mut accounted_for = Positions::default();
        for letter in changes.dead_letters_of(Function::Relay) {
            let (topic, partition, offset) = letter.position();
            accounted_for.add(Position::new(topic, partition, offset));
            archive.in_queue += 1;
        }
        stack.deliver();
        for (key, bytes) in stack.objects().await? {
            if key.starts_with(OVERSIZE) {
                continue; // its pointer is a line of the stream
            }
            archive.add_lines(&key, &stack.object(&key).await?, &mut accounted_for)?;
            archive.objects += 1;
            archive.object_bytes += bytes;
            archive.example = key;
        }
        let Difference { missing, surplus } = accounted_for.against(handed_over);
        (archive.missing, archive.surplus) = (missing, surplus);
        Ok(archive)
    }

    /// Reads an object as anyone would, compressed or not: a JSON object on each line.
    fn add_lines(
        &mut self,
        key: &str,
        body: &[u8],
        accounted_for: &mut Positions,
    ) -> Result<(), Error> {
        let failed = |reason: String| Error::Object { key: key.to_owned(), reason };
        let mut lines = decompressed(body).map_err(|error| failed(error.to_string()))?;
        let mut line = Vec::new();
        while lines.read_until(b'\n', &mut line).map_err(|error| failed(error.to_string()))? > 0 {
            let position = serde_json::from_slice(&line).map_err(|error| {
                failed(format!("a line of it is none of `relay`: {:?}", error.classify()))
            })?;
            accounted_for.add(position);
            self.lines += 1;
            self.bytes_billed_unpacked += (line.len() as u64).next_multiple_of(BILLING_STEP);
            line.clear();
        }
        Ok(())
    }

    /// How many times as much a Firehose record for each line would cost.
    pub(super) fn ratio(&self) -> f64 {
        per(self.bytes_billed_unpacked, self.bytes_billed)
    }

    /// Everything that does not match what was handed over, a sentence each.
    pub(super) fn problems(&self, fed: &Fed) -> Vec<String> {
        let mut problems = Vec::new();
        if fed.relay.reported > 0 {
            let reported = counted(fed.relay.reported, "record");
            problems.push(format!("{reported} reported by relay as not done: nothing should fail"));
        }
        if self.in_queue != self.dead_records {
            problems.push(format!(
                "{} in relay's metrics, but {} of relay in the dead-letter queue",
                counted(self.dead_records, "dead record"),
                grouped(self.in_queue)
            ));
        }
        if self.missing > 0 && self.is_delivered {
            let missing = counted(self.missing, "record");
            problems.push(format!("{missing} handed over to relay and not in the archive"));
        }
        // What is sent again may have been taken the first time.
        if self.surplus > 0 && self.retries == 0 {
            let surplus = counted(self.surplus, "line");
            problems.push(format!("{surplus} in the archive more than records were handed over"));
        }
        problems
    }

    /// What cannot be told of these endpoints.
    pub(super) fn unknown(&self) -> Option<String> {
        let held_back = self.missing > 0 && !self.is_delivered;
        held_back.then(|| {
            let lines = counted(self.missing, "record");
            format!("{lines} in no object yet: these endpoints deliver when they want to")
        })
    }
}

fn requests(changes: &Changes) -> Option<u64> {
    let requests = changes.requests.as_ref()?;
    let to_firehose = requests.iter().filter(|((service, _), _)| *service == Service::Firehose);
    Some(to_firehose.map(|(_, count)| count.requests).sum())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(archive: &Archive, reported: u64) -> Vec<String> {
        let mut fed = Fed::default();
        fed.relay.reported = reported;
        archive.problems(&fed)
    }

    fn sound() -> Archive {
        Archive { dead_records: 2, in_queue: 2, is_delivered: true, ..Archive::default() }
    }

    #[test]
    fn whatever_is_lost_or_too_much_is_told() {
        assert_eq!(problems(&sound(), 0), Vec::<String>::new());
        let lost = problems(&Archive { missing: 1, ..sound() }, 0);
        assert_eq!(lost, ["1 record handed over to relay and not in the archive"]);
        let twice = problems(&Archive { surplus: 3, ..sound() }, 0);
        assert_eq!(twice, ["3 lines in the archive more than records were handed over"]);
        let dead = problems(&Archive { in_queue: 1, ..sound() }, 0);
        assert_eq!(dead.len(), 1, "{dead:?}");
        assert_eq!(problems(&sound(), 4).len(), 1);
    }

    #[test]
    fn a_line_twice_is_no_problem_where_something_was_sent_again() {
        let again = Archive { surplus: 3, retries: 1, ..sound() };
        assert_eq!(problems(&again, 0), Vec::<String>::new());
    }

    #[test]
    fn what_other_endpoints_hold_back_is_said_to_be_unknown_and_no_problem() {
        let held_back = Archive { missing: 5, is_delivered: false, ..sound() };
        assert_eq!(problems(&held_back, 0), Vec::<String>::new());
        assert!(held_back.unknown().is_some_and(|words| words.starts_with("5 records")));
        assert_eq!(sound().unknown(), None);
    }

    #[test]
    fn lines_are_counted_and_billed_by_themselves() {
        let line = |offset: i64, value: &str| {
            format!(
                "{{\"topic\":\"a\",\"partition\":1,\"offset\":{offset},\"value\":\"{value}\"}}\n"
            )
        };
        // 5,120 bytes exactly fill a step; one more begins the second.
        let filled = "x".repeat(5_120 - line(1, "").len());
        let text = [line(1, &filled), line(2, &format!("{filled}x"))].concat();
        let mut body =
            flate2::bufread::GzEncoder::new(text.as_bytes(), flate2::Compression::fast());
        let mut compressed = Vec::new();
        std::io::Read::read_to_end(&mut body, &mut compressed).unwrap();

        let (mut archive, mut read) = (Archive::default(), Positions::default());
        archive.add_lines("k", &compressed, &mut read).unwrap();
        assert_eq!((archive.lines, archive.bytes_billed_unpacked), (2, 15_360));
        let mut expected = Positions::default();
        expected.add(Position::new(Some("a"), Some(1), Some(1)));
        expected.add(Position::new(Some("a"), Some(1), Some(2)));
        assert_eq!(read, expected);

        let error = archive.add_lines("k", b"no gzip", &mut read).unwrap_err().to_string();
        assert!(error.starts_with("object `k` cannot be read back: "), "{error}");
    }
}
