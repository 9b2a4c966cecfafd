//! Log lines: text for a person, JSON where Lambda is configured to want it.

use std::{env, panic};

use tracing::{Level, Metadata, error, warn};
use tracing_subscriber::filter::{Targets, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

/// Starts logging to standard output, which Lambda collects.
///
/// `RUST_LOG` says what is logged, or else `AWS_LAMBDA_LOG_LEVEL`, or else it is `info` and above.
/// `AWS_LAMBDA_LOG_FORMAT=JSON` makes each line an object.
pub(crate) fn start() {
    let variable = |name| env::var(name).ok();
    let directives = directives(variable("RUST_LOG"), variable("AWS_LAMBDA_LOG_LEVEL"));
    let filter = directives.parse::<Targets>();
    let is_understood = filter.is_ok();
    let filter = filter.unwrap_or_else(|_| Targets::new().with_default(Level::INFO));
    let is_json =
        variable("AWS_LAMBDA_LOG_FORMAT").is_some_and(|format| format.eq_ignore_ascii_case("JSON"));
    let lines = if is_json {
        fmt::layer().json().flatten_event(true).with_current_span(false).boxed()
    } else {
        // Lambda puts the time before every line by itself.
        fmt::layer().with_ansi(false).without_time().boxed()
    };
    registry().with(lines.with_filter(filter_fn(is_free_of_payload))).with(filter).init();
    log_places_of_panics();
    if !is_understood {
        warn!(
            "RUST_LOG is not understood, so `info` counts; set it to a level, or to `target=level` with commas between"
        );
    }
}

/// Logs where a panic happened and nothing else: its message, which is written by default, can quote
/// the record that the code was looking at.
fn log_places_of_panics() {
    panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string);
        error!(place, "a panic");
    }));
}

fn directives(rust_log: Option<String>, lambda_level: Option<String>) -> String {
    let level = match lambda_level.unwrap_or_default().to_uppercase().as_str() {
        "TRACE" => "trace",
        "DEBUG" => "debug",
        "WARN" => "warn",
        "ERROR" | "FATAL" => "error",
        _ => "info",
    };
    rust_log.filter(|text| !text.trim().is_empty()).unwrap_or_else(|| level.to_owned())
}

/// Whether a line may be written at all. Below `info`, the AWS clients and the HTTP stack write
/// requests and responses, which hold what is in the records: only our own crates are let through.
fn is_free_of_payload(metadata: &Metadata<'_>) -> bool {
    is_line_allowed(metadata.target(), *metadata.level())
}

fn is_line_allowed(target: &str, level: Level) -> bool {
    let own = ["analytics", "relay", "millrace_lambda", "millrace_shared"];
    level <= Level::INFO || own.contains(&target.split("::").next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_panic_is_logged_with_its_place_and_without_its_message() {
        let written = Written::default();
        let lines = written.clone();
        let layer = fmt::layer().with_ansi(false).with_writer(move || lines.clone());
        let before = panic::take_hook();
        log_places_of_panics();
        let caught = tracing::subscriber::with_default(registry().with(layer), || {
            panic::catch_unwind(|| panic!("a payment of s3cr3t"))
        });
        panic::set_hook(before);
        assert!(caught.is_err());
        let log = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("logging.rs:") && !log.contains("s3cr3t"), "{log}");
    }

    #[test]
    fn rust_log_comes_before_lambdas_level_and_info_is_the_default() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(directives(None, None), "info");
        assert_eq!(directives(None, some("FATAL")), "error");
        assert_eq!(directives(None, some("Debug")), "debug");
        assert_eq!(directives(some("analytics=trace"), some("ERROR")), "analytics=trace");
        assert_eq!(directives(some(" "), some("WARN")), "warn");
    }

    #[test]
    fn what_others_write_below_info_is_never_written() {
        assert!(is_line_allowed("analytics::handler", Level::TRACE));
        assert!(is_line_allowed("millrace_shared::commit", Level::DEBUG));
        assert!(is_line_allowed("aws_config::default_provider", Level::WARN));
        assert!(!is_line_allowed("aws_smithy_runtime::client", Level::DEBUG));
        assert!(!is_line_allowed("analytics_of_somebody_else", Level::DEBUG));
    }
}
