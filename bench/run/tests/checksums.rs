//! Everybody who decodes reads the same.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Write;

use millrace_bench::decode::checksums_of_peers;
use millrace_bench::peers::Peers;
use millrace_workloads::decoders::Decoder;
use millrace_workloads::payloads::Payload;

/// Has what is missing installed, as `scripts/check-checksums` wants it.
const INSTALL: &str = "MILLRACE_INSTALL_PEERS";

/// In Rust as in Python and Node, where these are installed; where not, the output says so.
#[test]
fn all_decoders_print_the_same_checksum() {
    let folder = tempfile::tempdir().unwrap();
    let install = std::env::var_os(INSTALL).is_some();
    let peers = if install { Peers::install() } else { Peers::installed() };
    for payload in Payload::ALL {
        let event = payload.event();
        let file = folder.path().join(format!("{}.json", payload.name()));
        std::fs::write(&file, &event).unwrap();
        let expected = Decoder::Millrace.run(&event).unwrap().to_string();
        assert_eq!(Decoder::Naive.run(&event).unwrap().to_string(), expected);
        for (title, checksum) in checksums_of_peers(&peers, &file).unwrap() {
            match checksum {
                Ok(checksum) => assert_eq!(checksum, expected, "{title}, {}", payload.name()),
                Err(reason) => say_that_nothing_was_checked(title, payload, &reason),
            }
        }
    }
}

/// Past the capture of a test that passes, so that whoever reads the output learns of it.
fn say_that_nothing_was_checked(title: &str, payload: Payload, reason: &str) {
    let payload = payload.name();
    let _ = writeln!(std::io::stderr(), "NOT CHECKED: checksum of {title}, {payload}: {reason}");
}
