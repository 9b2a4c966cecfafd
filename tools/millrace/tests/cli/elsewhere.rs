//! At endpoints of another process, which cannot be looked into.

use crate::command::{run, sample};
use crate::standing::Endpoints;

#[test]
fn what_a_stream_holds_back_is_said_to_be_unknown_and_the_rest_is_checked() {
    let endpoints = Endpoints::start();
    let at = ["--endpoint-url", &endpoints.url];
    let done = run(&[&["demo", "--records", "500"], at.as_slice()].concat());
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    // The stream delivers after 5 MiB or a minute.
    let first = done.stdout.lines().next().unwrap_or_default();
    assert!(first.ends_with("but not yet in the archive: see there"), "{first}");
    let told = "in no object yet: these endpoints deliver when they want to";
    assert!(done.stdout.contains(told), "{}", done.stdout);

    let file = sample("fraud-burst.json");
    let file = file.to_str().expect("a path in UTF-8");
    let done = run(&[&["invoke", "relay", "--data-file", file], at.as_slice()].concat());
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    assert_eq!(done.rows("taken")[0][0], "1", "by the function's metrics: {}", done.stderr);
    assert!(done.stderr.contains("none yet: these endpoints deliver"), "{}", done.stderr);
}
