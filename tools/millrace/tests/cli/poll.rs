//! `millrace poll`: a topic of an embedded broker, the real command, the real function or an endpoint.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use millrace_generator::KafkaRecord;
use millrace_kafka::{Broker, GroupLag, Producer, ProducerSettings, TopicSpec};
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::command::{Finished, millrace, run};

/// A broker, and the runtime that it is asked by.
pub(crate) struct Kafka {
    runtime: Runtime,
    broker: Broker,
}

impl Kafka {
    /// With these topics of two partitions each.
    pub(crate) fn start(topics: &[&str]) -> Self {
        Kafka::with_partitions(topics, 2)
    }

    fn with_partitions(topics: &[&str], partitions: u32) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let broker = runtime.block_on(Broker::start()).expect("a broker");
        let kafka = Kafka { runtime, broker };
        let spec = |topic: &&str| TopicSpec::new(*topic, partitions);
        let specs: Vec<TopicSpec> = topics.iter().map(spec).collect();
        kafka.runtime.block_on(kafka.broker.create_topics(&specs)).expect("the topics");
        kafka
    }

    pub(crate) fn servers(&self) -> &str {
        self.broker.connection().bootstrap_servers()
    }

    /// What a group has committed of each partition of a topic.
    pub(crate) fn committed(&self, topic: &str, group: &str) -> Vec<Option<i64>> {
        let topics = [topic.to_owned()];
        let committed = async {
            let lag = GroupLag::of(self.broker.connection(), group, &topics).await?;
            lag.committed().await
        };
        let committed = self.runtime.block_on(committed).expect("the broker answers");
        committed.into_values().collect()
    }

    /// Produces values in turn to both partitions.
    pub(crate) fn produce(&self, topic: &str, values: &[String]) {
        self.produce_to(2, topic, values);
    }

    fn produce_to(&self, partitions: i32, topic: &str, values: &[String]) {
        let connection = self.broker.connection();
        let producer = Producer::new(connection, &ProducerSettings::default(), None);
        let producer = producer.expect("a producer");
        for (number, value) in (0..).zip(values) {
            let value = Some(value.clone().into_bytes());
            let place = KafkaRecord::at(topic, number % partitions, 0);
            let record = KafkaRecord { value, timestamp: -1, ..place };
            producer.send(&record, Instant::now()).expect("there is room");
        }
        producer.flush(Duration::from_secs(30)).expect("acknowledged");
    }
}

/// Logins of users, one after the other.
pub(crate) fn logins(count: usize) -> Vec<String> {
    let login = |number: usize| {
        format!(
            r#"{{"user_id":"user-{number}","event_type":"login","timestamp":"2026-01-05T08:00:{:02}Z"}}"#,
            number % 60
        )
    };
    (0..count).map(login).collect()
}

pub(crate) fn report(finished: &Finished) -> Value {
    serde_json::from_str(&finished.stdout).expect("one JSON object, and no error instead")
}

/// An Invoke endpoint that gives these answers, and the last one again and again.
fn endpoint(answers: &'static [(&'static str, &'static str)]) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        let mut answers = answers.iter();
        let mut answer = answers.next();
        for stream in listener.incoming().flatten() {
            let (status, body) = answer.expect("an answer");
            respond(stream, status, body);
            answer = answers.next().or(answer);
        }
    });
    url
}

fn respond(mut stream: TcpStream, status: &str, body: &str) {
    let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
    let (mut line, mut length) = (String::new(), 0);
    while reader.read_line(&mut line).is_ok_and(|bytes| bytes > 2) {
        if let Some(text) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = text.trim().parse().expect("a length");
        }
        line.clear();
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink()).expect("a body");
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

const OUR_TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");
const ORDERS_TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/orders.yaml");

/// The arguments of `millrace poll` for a topic of the orders' template, and more of them.
fn poll<'a>(kafka: &'a Kafka, topic: &'a str, url: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let servers = kafka.servers();
    let usual = ["poll", "--template", ORDERS_TEMPLATE, "--topic", topic, "--invoke-url", url];
    [&usual[..], &["--bootstrap-servers", servers], more].concat()
}

const DONE: (&str, &str) = ("200 OK", r#"{"batchItemFailures":[]}"#);
const ERROR: (&str, &str) =
    ("200 OK\r\nX-Amz-Function-Error: Unhandled", r#"{"errorType":"E","errorMessage":"no"}"#);

#[test]
fn our_own_function_gets_every_record_of_the_template_s_mapping() {
    let kafka = Kafka::start(&["user-events"]);
    kafka.produce("user-events", &logins(2_500));
    let arguments = [
        "poll",
        "--once",
        "--json",
        "--template",
        OUR_TEMPLATE,
        "--function",
        "analytics",
        "--topic",
        "user-events",
        "--bootstrap-servers",
        kafka.servers(),
    ];
    let finished = run(&arguments);
    let report = report(&finished);
    assert_eq!((finished.code, finished.stderr.as_str()), (Some(0), ""), "{report}");
    assert_eq!(report["mapping"], "AnalyticsUserEvents");
    assert_eq!(report["group"], "local-analytics-user-events-1");
    assert_eq!(report["records"]["succeeded"], 2_500);
    assert_eq!(report["lag"], serde_json::json!({"0": 0, "1": 0}));
    // Batches of up to 1,000 records of both partitions.
    assert!(report["invocations"].as_u64().is_some_and(|number| number >= 3), "{report}");

    // What is committed is not read again.
    let again = self::report(&run(&arguments));
    assert_eq!(again["records"]["polled"], 0);
}

#[test]
fn a_function_behind_a_url_is_retried_and_what_fails_goes_to_a_topic() {
    let kafka = Kafka::start(&["orders", "failed"]);
    kafka.produce("orders", &logins(10));
    let url = endpoint(&[ERROR, ERROR, DONE]);
    let retried_once = ["--once", "--json", "--retries", "1", "--on-failure", "kafka://failed"];
    let finished = run(&poll(&kafka, "orders", &url, &retried_once));
    let report = report(&finished);
    assert_eq!(finished.code, Some(1), "not all of it succeeded: {report}");
    let records = &report["records"];
    let (stored, succeeded) = (records["stored"].as_u64(), records["succeeded"].as_u64());
    assert_eq!(stored.zip(succeeded).map(|(stored, succeeded)| stored + succeeded), Some(10));
    assert_eq!(report["failures"]["error"], 2);
    assert_eq!(report["given_up"]["RetryAttemptsExhausted"], 1);

    // The topic has a message for each record that failed.
    let url = endpoint(&[DONE]);
    let finished = run(&poll(&kafka, "failed", &url, &["--once", "--json", "--mapping", "Failed"]));
    assert_eq!(self::report(&finished)["records"]["succeeded"].as_u64(), stored);
}

#[test]
fn a_function_that_never_answers_ends_it_with_nothing_committed() {
    let kafka = Kafka::start(&["orders"]);
    kafka.produce("orders", &logins(2));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let impatient = ["--once", "--json", "--timeout", "100ms"];
    let finished = run(&poll(&kafka, "orders", &url, &impatient));
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""));
    assert_eq!(
        finished.stderr,
        "millrace: the function has not answered once in 3 attempts, the last of which ended in \
         no answer within 0.1 s; nothing was committed. Does it run, and is its timeout long enough?\n"
    );
    drop(listener);
    let url = endpoint(&[DONE]);
    let finished = run(&poll(&kafka, "orders", &url, &impatient));
    assert_eq!(report(&finished)["records"]["succeeded"], 2);
}

#[test]
fn ctrl_c_waits_for_what_is_in_flight_and_commits_it() {
    let kafka = Kafka::start(&["orders"]);
    kafka.produce("orders", &logins(2));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let mut command = millrace(&poll(&kafka, "orders", &url, &["--json"]));
    let mut poll =
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let (stream, _) = listener.accept().expect("an invocation");
    let kill = std::process::Command::new("kill").args(["-INT", &poll.id().to_string()]).status();
    assert!(kill.expect("kill").success());
    assert!(poll.try_wait().expect("it can be asked").is_none(), "it waits for the answer");
    respond(stream, DONE.0, DONE.1);
    let output = poll.wait_with_output().expect("it ends");
    let finished = Finished::from(output);
    let report = report(&finished);
    assert_eq!((finished.code, &report["success"]), (Some(0), &Value::Bool(true)));
    assert_eq!(report["records"]["succeeded"], 2);
}

#[test]
fn lines_tell_what_goes_on_where_there_is_no_terminal() {
    let kafka = Kafka::start(&["orders"]);
    kafka.produce("orders", &logins(4));
    let url = endpoint(&[ERROR, DONE]);
    let finished = run(&poll(&kafka, "orders", &url, &["--once"]));
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    let expected = format!(
        "polling orders for orders-function at {url} as local-Orders: batches of 100 or 0.5 s, \
         retries without end\nreading partition 0 from 0, 1 from 0\n"
    );
    assert!(finished.stderr.starts_with(&expected), "{}", finished.stderr);
    assert!(finished.stderr.contains(" records ended in E: no\n"), "{}", finished.stderr);
    assert!(finished.stdout.starts_with("4 records of orders in "), "{}", finished.stdout);
}

/// The most that a process has had resident so far, in KiB.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The largest batches there are, of as many partitions at once as two pollers take.
#[test]
fn memory_stays_under_100_mb() {
    const PARTITIONS: i32 = 10;
    let kafka = Kafka::with_partitions(&["orders"], 10);
    // 4.4 MB a partition: the broker keeps 5 MiB of one.
    let value = "x".repeat(1_000);
    kafka.produce_to(PARTITIONS, "orders", &vec![value; 44_000]);
    let url = endpoint(&[DONE]);
    let large = ["--once", "--json", "--batch-size", "10000", "--window", "5s", "--pollers", "2"];
    let mut command = millrace(&poll(&kafka, "orders", &url, &large));
    let mut poll = command.stdout(Stdio::piped()).spawn().expect("it starts");
    let mut peak = 0;
    while poll.try_wait().expect("it can be asked").is_none() {
        peak = peak_memory(poll.id()).unwrap_or(0).max(peak);
        thread::sleep(Duration::from_millis(5));
    }
    let mut report = String::new();
    poll.stdout.take().expect("it is piped").read_to_string(&mut report).expect("text");
    let report: Value = serde_json::from_str(&report).expect("one JSON object");
    assert_eq!(report["records"]["succeeded"], 44_000);
    assert!((1..100_000_000 / 1_024).contains(&peak), "{peak} KiB");
    println!("{peak} KiB");
}

#[test]
fn trouble_is_told_in_a_sentence() {
    let kafka = Kafka::start(&["orders"]);
    let template = OUR_TEMPLATE;
    let trouble = |arguments: &[&str]| {
        let finished = run(&[&["poll", "--once"], arguments].concat());
        assert_eq!((finished.code, finished.stdout.as_str()), (Some(1), ""), "{}", finished.stderr);
        finished.stderr
    };
    let servers = kafka.servers();
    let nobody = "127.0.0.1:1";
    let network = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates/network.yaml");
    let cases: [(&[&str], &str); 6] = [
        (
            &["--template", network],
            "network.yaml: it has no Kafka event source: no resource of type",
        ),
        (&["--template", template], "several of its Kafka event sources could be meant"),
        (
            &[
                "--template",
                template,
                "--mapping",
                "RelayUserEvents",
                "--bootstrap-servers",
                nobody,
            ],
            "no broker at 127.0.0.1:1 answered within",
        ),
        (
            &[
                "--template",
                template,
                "--mapping",
                "RelayUserEvents",
                "--bootstrap-servers",
                servers,
            ],
            "there is no topic `user-events` at",
        ),
        (
            &["--topic", "orders", "--function", "./bootstrap", "--bootstrap-servers", servers],
            "there is no function `./bootstrap` here: say analytics, relay, or the path",
        ),
        (
            &["--topic", "orders", "--invoke-url", "lambda", "--bootstrap-servers", servers],
            "`lambda` is no endpoint to invoke a function at: it should begin with http://",
        ),
    ];
    for (arguments, expected) in cases {
        let said = trouble(arguments);
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
