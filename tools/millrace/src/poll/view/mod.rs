//! What a person sees while it runs: a few lines that change on a terminal, lines one after the other
//! elsewhere, nothing with --json.

mod lines;
mod screen;
mod seen;

use std::io::{IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};
use millrace_event_source_mapping::{Observation, Observer};
use millrace_runtime_api::LogSink;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

pub(super) use seen::Seen;

/// How often the lines of a terminal change.
const TERMINAL_TICK: Duration = Duration::from_millis(200);
/// How often a line says how far it is elsewhere.
const LINES_TICK: Duration = Duration::from_secs(10);
/// So many lines of trouble are told between two ticks, and how many more there were.
const MOST_TROUBLE: usize = 20;
const CURSOR_UP: &[u8] = b"\x1b[1A";

/// Where it is shown.
pub(super) enum Shown {
    Terminal(ProgressBar),
    Lines,
    Nowhere,
}

impl Shown {
    /// As standard error is.
    pub(super) fn choose(is_json: bool) -> Self {
        match (is_json, std::io::stderr().is_terminal()) {
            (true, _) => Self::Nowhere,
            (false, false) => Self::Lines,
            (false, true) => {
                let bar = ProgressBar::no_length().with_finish(ProgressFinish::AndClear);
                bar.set_draw_target(ProgressDrawTarget::stderr());
                let style = ProgressStyle::with_template("{msg}");
                Self::Terminal(
                    style.map_or_else(|_| bar.clone(), |style| bar.clone().with_style(style)),
                )
            }
        }
    }
}

/// Looks on while a mapping runs, and shows it.
pub(super) struct View {
    shown: Shown,
    seen: Mutex<Seen>,
}

impl View {
    pub(super) fn new(shown: Shown) -> Self {
        Self { shown, seen: Mutex::new(Seen::new()) }
    }

    /// Says something.
    pub(super) fn tell(&self, line: &str) {
        match &self.shown {
            Shown::Terminal(bar) => bar.println(line),
            Shown::Lines => anstream::eprintln!("{line}"),
            Shown::Nowhere => {}
        }
    }

    /// Where the function's own lines go.
    pub(super) fn log_sink(&self) -> LogSink {
        match &self.shown {
            Shown::Terminal(bar) => {
                let bar = bar.clone();
                LogSink::Call(Arc::new(move |line| bar.println(line)))
            }
            Shown::Lines => LogSink::Stderr,
            Shown::Nowhere => LogSink::Keep,
        }
    }

    /// How often it wants to know how far partitions are.
    pub(super) fn lag_interval(&self) -> Duration {
        match &self.shown {
            Shown::Terminal(_) => Duration::from_secs(1),
            Shown::Lines | Shown::Nowhere => LINES_TICK,
        }
    }

    /// Shows how far it is again and again, until what this returns is dropped.
    pub(super) fn tick(self: &Arc<Self>) -> JoinSet<()> {
        let every = match &self.shown {
            Shown::Terminal(_) => TERMINAL_TICK,
            Shown::Lines => LINES_TICK,
            Shown::Nowhere => return JoinSet::new(),
        };
        let view = self.clone();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut ticks = interval(every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            ticks.tick().await; // at once
            loop {
                ticks.tick().await;
                view.show();
            }
        });
        tasks
    }

    /// Somebody typed Ctrl-C. A terminal echoes that below the changing lines, which are drawn up to the
    /// last column: back to where they end, or the first of them would stay.
    pub(super) fn interrupted(&self) {
        if matches!(self.shown, Shown::Terminal(_)) && std::io::stdin().is_terminal() {
            let _ = std::io::stderr().write_all(CURSOR_UP);
        }
    }

    /// Takes the changing lines away.
    pub(super) fn end(&self) {
        if let Shown::Terminal(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }

    /// What was seen so far.
    pub(super) fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn show(&self) {
        let mut seen = self.lock();
        seen.tick();
        match &self.shown {
            Shown::Terminal(bar) => bar.set_message(screen::text(&seen)),
            Shown::Lines => anstream::eprintln!("{}", lines::progress(&seen)),
            Shown::Nowhere => {}
        }
        if seen.untold > 0 {
            let line = lines::untold(seen.untold);
            drop(seen);
            self.tell(&line);
            self.lock().untold = 0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for View {
    fn observe(&self, observation: &Observation<'_>) {
        let line = {
            let mut seen = self.lock();
            seen.take_in(observation);
            let line = lines::about(observation);
            if line.is_some() && !seen.may_tell(MOST_TROUBLE) {
                return;
            }
            line
        };
        if let Some(line) = line {
            self.tell(&line);
        }
    }
}
