//! The payloads are what they were, and every decoder reads the same in them.

use millrace_workloads::decoders::Decoder;
use millrace_workloads::jobs::{Detectors, Job};
use millrace_workloads::payloads::Payload;
use xxhash_rust::xxh3::xxh3_64;

const LARGEST_EVENT: usize = 6 * 1024 * 1024;

/// The sums that the decoders in Python come to, which read the same files.
const CHECKSUMS: [&str; 3] = [
    "records=100 offsets=386 key_bytes=1033 header_bytes=104 characters=1434 times=14850 \
     hundredths=1571420 readings=101 ten_thousandths=21342197",
    "records=10000 offsets=4175290 key_bytes=103333 header_bytes=10000 characters=143282 \
     times=149985000 hundredths=162770299 readings=15015 ten_thousandths=3086337686",
    "records=1054 offsets=46230 key_bytes=10891 header_bytes=1056 characters=15104 times=1664793 \
     hundredths=17920002 readings=29174 ten_thousandths=5981589329",
];

#[test]
fn the_payloads_are_the_same_bytes_everywhere() {
    let told = Payload::ALL.map(|payload| {
        let event = payload.event();
        (payload.name(), event.len(), format!("{:016x}", xxh3_64(&event)))
    });
    let expected = [
        ("a_100", 43_082, "4896f111eadda5bb"),
        ("b_10k", 6_280_155, "3d337554334854af"),
        ("c_1k", 6_238_495, "3dcb423978bb83ec"),
    ];
    assert_eq!(told, expected.map(|(name, length, hash)| (name, length, hash.to_owned())));
    assert!(told.iter().all(|(_, length, _)| *length <= LARGEST_EVENT));
}

#[test]
fn both_decoders_come_to_the_checksum_of_the_other_languages() {
    for (payload, expected) in Payload::ALL.into_iter().zip(CHECKSUMS) {
        let event = payload.event();
        for decoder in Decoder::ALL {
            let checksum = decoder.run(&event).unwrap().to_string();
            assert_eq!(checksum, expected, "{} on {}", decoder.name(), payload.name());
        }
    }
}

#[test]
fn a_stream_goes_on_where_it_stopped() {
    let mut stream = Payload::A100.stream();
    let events = [stream.next_event(), stream.next_event()];
    let [first, second] = events.map(|event| Decoder::Millrace.run(&event).unwrap());
    assert_eq!((first.records, second.records), (100, 100));
    assert!(second.offsets > first.offsets && second.times > first.times);
}

/// Python and Node count as many: `bench/python/rules.py`, `bench/node/rules.mjs`.
#[test]
fn the_classic_rules_raise_what_they_raise_in_other_languages() {
    let mut stream = Payload::B10k.stream();
    let events: Vec<Vec<u8>> = (0..4).map(|_| stream.next_event()).collect();
    let events = events.join(&b"\n"[..]);
    let after = |rounds| Job::Apply(Detectors::Classic).run(&events, rounds).unwrap().checksum;
    assert_eq!(after(1), "records=10000 applied=10000 alerts=28");
    assert_eq!(after(4), "records=10000 applied=10000 alerts=43");
    let refused = Job::Apply(Detectors::Classic).run(&events, 5).unwrap_err().to_string();
    assert_eq!(refused, "there are 4 batches for 5 rounds; write one for each");
}
