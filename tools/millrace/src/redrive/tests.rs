//! How far it is, as it is drawn.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may")]

#[path = "../../tests/cli/redrive/fake.rs"]
mod fake;

use std::sync::{Arc, Mutex};

use clap::Parser;
use indicatif::{ProgressDrawTarget, TermLike};
use serde_json::{Value, json};

use self::fake::Function;
use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

/// A terminal that keeps all that was ever written to it.
#[derive(Clone, Debug, Default)]
struct Screen(Arc<Mutex<String>>);

impl Screen {
    fn write(&self, text: &str) {
        self.0.lock().unwrap().push_str(text);
    }
}

impl TermLike for Screen {
    fn width(&self) -> u16 {
        80
    }
    fn move_cursor_up(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_down(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_right(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn move_cursor_left(&self, _: usize) -> std::io::Result<()> {
        Ok(())
    }
    fn write_line(&self, line: &str) -> std::io::Result<()> {
        self.write(line);
        Ok(())
    }
    fn write_str(&self, text: &str) -> std::io::Result<()> {
        self.write(text);
        Ok(())
    }
    fn clear_line(&self) -> std::io::Result<()> {
        Ok(())
    }
    fn flush(&self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Six payments, of which the filter takes five.
fn event() -> Value {
    let record = |offset: i64| {
        json!({"topic": "transactions", "partition": 0, "offset": offset,
            "timestamp": 1_767_600_000_000_i64, "value": "e30="})
    };
    let records: Vec<Value> = (0..6).map(record).collect();
    json!({"eventSource": "aws:kafka", "eventSourceArn": "arn", "records": {"transactions-0": records}})
}

#[tokio::test]
async fn the_bar_goes_up_by_what_was_sent_to_as_many_records_as_were_chosen() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("event.json");
    std::fs::write(&file, event().to_string()).unwrap();
    let function = Function::answering(&[(200, r#"{"batchItemFailures":[]}"#); 3]);
    let target = ["--invoke-url", &function.url, "--of", "analytics", "--batch-size", "2"];
    let which = ["redrive", "--offsets", "0-4", "--file", file.to_str().unwrap()];
    let options = Line::parse_from(which.into_iter().chain(target)).options;
    let mut source = Source::open(&options, None).await.unwrap();
    let target = Target::start(&options, None).await.unwrap();
    let interrupt = Interrupt::listen().unwrap();
    let screen = Screen::default();
    let bar = progress::bar(0, true);
    bar.set_draw_target(ProgressDrawTarget::term_like(Box::new(screen.clone())));

    let mut report = Report::default();
    redrive(&options, &mut source, Some(&target), &interrupt, &bar, &mut report).await.unwrap();
    assert_eq!((bar.position(), bar.length()), (5, Some(5)));
    assert_eq!(function.requests().len(), 3, "events of two, two and one");
    let drawn = screen.0.lock().unwrap().clone();
    let mut rest = drawn.as_str();
    for step in ["0 of 5 records", "2 of 5 records", "4 of 5 records", "5 of 5 records"] {
        let at = rest.find(step).unwrap_or_else(|| panic!("no {step:?} in {rest:?}"));
        rest = &rest[at..];
    }
}
