//! `millrace load`, into an embedded broker of this process.

use millrace_event_source_mapping::{Polled, Source};
use millrace_generator::{Generator, KafkaRecord, Rates, Settings, encode_event};
use millrace_kafka::{Broker, Consumer, ConsumerSettings, GroupLag, TopicSpec};
use serde_json::Value;

use crate::command::{Finished, run};

const TOPICS: [&str; 3] = ["user-events", "transactions", "sensor-data"];

/// A broker with the usual topics.
async fn broker() -> Broker {
    let broker = Broker::start().await.expect("a broker can be started");
    broker.create_topics(&TOPICS.map(|topic| TopicSpec::new(topic, 2))).await.expect("topics");
    broker
}

async fn load(broker: &Broker, more: &[&str]) -> Finished {
    let servers = broker.connection().bootstrap_servers().to_owned();
    let more: Vec<String> = more.iter().map(|&argument| argument.to_owned()).collect();
    let ran = tokio::task::spawn_blocking(move || {
        let mut arguments = vec!["load", "--bootstrap-servers", &servers];
        arguments.extend(more.iter().map(String::as_str));
        run(&arguments)
    });
    ran.await.expect("no panic")
}

/// The settings that `load` makes of no options, as far as they matter to what values say.
fn generated(records: u64) -> Settings {
    let rates = Rates { redelivered_batches: 0.0, ..Rates::default() };
    Settings { records, rates, ..Settings::default() }
}

#[tokio::test]
async fn what_is_reported_is_what_the_broker_holds() {
    let broker = broker().await;
    let arguments = ["--records", "3000", "--start", "2026-01-05T08:00:00Z", "--json"];
    let done = load(&broker, &arguments).await;
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let report: Value = serde_json::from_str(&done.stdout).expect("one JSON object");

    let mut generator = Generator::new(Settings { always_tells_time: true, ..generated(3_000) });
    let values: Vec<_> = generator.by_ref().map(|record| record.value).collect();
    let tally = generator.tally();
    assert_eq!((&report["records"], &report["delivered"]), (&3_000.into(), &3_000.into()));
    assert_eq!(report["errors"], 0);
    assert_eq!(report["planted"]["user_events"], tally.user_events);
    assert_eq!(report["planted"]["sensor_events"], tally.sensor_events);
    assert_eq!(report["planted"]["bots"], tally.bots.len());
    let latency = |name: &str| report["latency_ms"][name].as_f64().expect("a number");
    assert!(latency("p50") <= latency("p95") && latency("p99") <= latency("max"));

    let topics = TOPICS.map(str::to_owned);
    let lag = GroupLag::of(broker.connection(), "nobody", &topics).await.unwrap();
    let ends: i64 = lag.read().await.unwrap().values().map(|standing| standing.end).sum();
    assert_eq!(ends, 3_000);

    // The values are the generator's, and the record's own time is that of sending.
    let settings = ConsumerSettings::new("sensor-data", "look");
    let mut consumer = Consumer::join(broker.connection(), &settings).await.unwrap();
    let record: KafkaRecord = loop {
        if let Polled::Records(mut records) = consumer.poll().await.unwrap() {
            break records.remove(0);
        }
    };
    assert!(values.contains(&record.value));
    assert!(record.timestamp > 1_780_000_000_000, "sent after June 2026, not in January");
}

#[tokio::test]
async fn a_rate_is_kept_and_a_person_reads_whether_it_is_accepted() {
    let broker = broker().await;
    let done = load(&broker, &["--rate", "2000", "--duration", "500ms"]).await;
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    let first = done.stdout.lines().next().unwrap_or_default();
    assert!(first.starts_with("1,000 records in "), "{first}");
    assert!(first.contains("2,000 records/s wanted; acks=all, idempotent, linger 5 ms"), "{first}");
    let last = done.stdout.lines().find(|line| line.starts_with("Acceptance"));
    let last = last.unwrap_or_default();
    assert!(last.contains("1,000 records/s or more: yes"), "{last}");
    assert!(last.contains("errors below 1 %: yes") && !last.contains("lag"), "{last}");
}

#[tokio::test]
async fn an_embedded_broker_that_nobody_reads_is_not_overfilled() {
    let broker = broker().await;
    let done = load(&broker, &["--records", "1000000"]).await;
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("keeps 5 MiB of a partition"), "{}", done.stderr);
    assert!(done.stderr.contains("--group "), "{}", done.stderr);
}

#[tokio::test]
async fn a_group_that_reads_nothing_is_named() {
    let broker = broker().await;
    let group = ["--group", "transactions=my-group"];
    let done = load(&broker, &[&["--records", "500"], group.as_slice()].concat()).await;
    assert_eq!(done.code, Some(0), "{}", done.stderr);
    let lag = done.stdout.lines().find(|line| line.contains("my-group")).unwrap_or_default();
    assert!(lag.ends_with("it has committed nothing yet"), "{lag}");
    assert!(done.stdout.contains("no lag at the end: no"), "{}", done.stdout);
}

#[tokio::test]
async fn what_is_missing_is_said_with_what_to_do() {
    let done = tokio::task::spawn_blocking(|| run(&["load"])).await.unwrap();
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("--bootstrap-servers HOST:PORT"), "{}", done.stderr);

    let broker = Broker::start().await.unwrap();
    let done = load(&broker, &[]).await;
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("no topic `user-events`"), "{}", done.stderr);

    let broker = self::broker().await;
    let done = load(&broker, &["--acks", "1"]).await;
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("an idempotent producer needs"), "{}", done.stderr);
}

#[test]
fn event_files_are_the_same_every_time_and_hold_what_is_generated() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str| {
        let path = folder.path().join(name);
        let text = path.to_str().expect("UTF-8");
        let done = run(&["load", "--records", "2000", "--to-events", text]);
        assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
        assert!(done.stdout.starts_with("2,000 records in "), "{}", done.stdout);
        let mut files: Vec<_> =
            path.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        let read = |file: &std::path::PathBuf| std::fs::read(file).unwrap();
        files.iter().map(read).collect::<Vec<_>>()
    };
    let files = write("first");
    assert!(files.len() > 3);
    assert!(files == write("second"));
    let bytes: usize = files.iter().map(Vec::len).sum();
    // Apart from the envelopes, of which one event for all has one.
    let records: Vec<KafkaRecord> = Generator::new(generated(2_000)).collect();
    let whole = encode_event(&records).len();
    assert!(bytes > whole && bytes < whole + 2_000 * files.len(), "{bytes} and {whole}");
}
