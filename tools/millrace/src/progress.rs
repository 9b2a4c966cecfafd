//! How far it is, on standard error; hidden there too unless that is a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// For work of unknown length. It goes away when it is dropped.
pub(crate) fn spinner(words: &'static str, is_shown: bool) -> ProgressBar {
    let spinner = styled(ProgressBar::no_length(), is_shown, "{spinner:.cyan} {msg}");
    spinner.set_message(words);
    spinner.enable_steady_tick(Duration::from_millis(100));
    spinner
}

/// For a known number of records. It goes away when it is dropped.
pub(crate) fn bar(records: u64, is_shown: bool) -> ProgressBar {
    let template = "{wide_bar:.cyan} {human_pos} of {human_len} records, {eta} left";
    styled(ProgressBar::new(records), is_shown, template)
}

fn styled(bar: ProgressBar, is_shown: bool, template: &str) -> ProgressBar {
    let target = if is_shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    bar.set_draw_target(target);
    let bar = bar.with_finish(ProgressFinish::AndClear);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar, // in the default style
    }
}
