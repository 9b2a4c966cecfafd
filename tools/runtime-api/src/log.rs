//! The child's output, line by line: the last lines kept, each line passed on.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::sync::Notify;

use crate::spec::LogSink;

/// How many lines are kept.
const KEPT_LINES: usize = 1_000;

/// A longer line is cut into several: a function that writes no newline must not fill the memory.
const LONGEST_LINE: u64 = 64 * 1024;

/// The lines of all the children of one function, one child after the other.
pub(crate) struct Log {
    sink: LogSink,
    kept: Mutex<Kept>,
    line_added: Notify,
}

#[derive(Default)]
struct Kept {
    lines: VecDeque<String>,
    /// How many lines there have been in all.
    written: u64,
}

impl Log {
    pub(crate) fn new(sink: LogSink) -> Arc<Self> {
        Arc::new(Log { sink, kept: Mutex::default(), line_added: Notify::new() })
    }

    /// How many lines there have been so far.
    pub(crate) fn position(&self) -> u64 {
        self.with_kept(|kept| kept.written)
    }

    /// The kept ones of the lines written after a position, oldest first.
    pub(crate) fn lines_since(&self, position: u64) -> Vec<String> {
        self.with_kept(|kept| {
            let newer =
                usize::try_from(kept.written.saturating_sub(position)).unwrap_or(usize::MAX);
            let skipped = kept.lines.len().saturating_sub(newer);
            kept.lines.iter().skip(skipped).cloned().collect()
        })
    }

    /// Waits until a kept line contains the text, and returns the first such line.
    pub(crate) async fn line_containing(&self, text: &str) -> String {
        loop {
            // Registered before looking, so that a line added in between is not missed.
            let added = self.line_added.notified();
            let found =
                self.with_kept(|kept| kept.lines.iter().find(|line| line.contains(text)).cloned());
            if let Some(line) = found {
                return line;
            }
            added.await;
        }
    }

    /// Takes in all that a child writes to one of its outputs, until it is closed.
    pub(crate) async fn read_from(self: Arc<Self>, output: impl AsyncRead + Unpin) {
        let mut output = BufReader::new(output);
        let mut line = Vec::new();
        loop {
            line.clear();
            match (&mut output).take(LONGEST_LINE).read_until(b'\n', &mut line).await {
                Ok(0) | Err(_) => return,
                Ok(_) => self.add(String::from_utf8_lossy(&line).trim_end().to_owned()),
            }
        }
    }

    fn add(&self, line: String) {
        match &self.sink {
            LogSink::Keep => {}
            LogSink::Stderr => eprintln!("{line}"),
            LogSink::Call(sink) => sink(&line),
        }
        self.with_kept(|kept| {
            if kept.lines.len() == KEPT_LINES {
                kept.lines.pop_front();
            }
            kept.lines.push_back(line);
            kept.written += 1;
        });
        self.line_added.notify_waiters();
    }

    fn with_kept<T>(&self, work: impl FnOnce(&mut Kept) -> T) -> T {
        work(&mut self.kept.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn lines_are_kept_up_to_the_limit_and_long_ones_cut() {
        let log = Log::new(LogSink::Keep);
        let lines: Vec<String> = (0..=KEPT_LINES).map(|number| format!("line {number}")).collect();
        log.clone().read_from(lines.join("\n").as_bytes()).await;
        let lines = log.lines_since(0);
        assert_eq!(lines.len(), KEPT_LINES);
        assert_eq!(lines[0], "line 1", "line 0 made room");

        let position = log.position();
        let without_newline = "x".repeat(64 * 1024 + 3);
        log.clone().read_from(without_newline.as_bytes()).await;
        let lengths: Vec<usize> = log.lines_since(position).iter().map(String::len).collect();
        assert_eq!(lengths, [64 * 1024, 3]);
    }

    #[tokio::test]
    async fn bytes_that_are_no_text_do_not_end_the_log() {
        let log = Log::new(LogSink::Keep);
        log.clone().read_from(&b"\xff\xfe\nafter\r\n"[..]).await;
        assert_eq!(log.lines_since(1), ["after"]);
    }
}
