//! The whole line: records in Kafka, `millrace poll`, the real functions, tables and archive; and what
//! stands there in the end against the oracle.
//!
//! Over an embedded broker each, or over the one at `MILLRACE_TEST_BROKER`.

mod cluster;
mod crashes;
mod poller;
mod rebalances;
mod restarts;
mod whole;

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use millrace_chaos::{Site, Verdict, Witness};
use millrace_endpoints::Endpoints;
use millrace_event_source_mapping::EventSource;
use millrace_generator::{Generator, KafkaRecord, Rates, Settings, Tally};
use millrace_runtime_api::FunctionSpec;

use crate::command::millrace;
use cluster::Cluster;
use poller::Poller;

const FUNCTIONS: [&str; 2] = ["analytics", "relay"];
const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../template.yaml");

/// The template's cluster has no ARN before it is deployed, so it gets a name.
const CLUSTER: (&str, &str) = ("CLUSTER_NAME", "line");

/// Nothing takes this long unless it hangs.
const PATIENCE: Duration = Duration::from_mins(5);

/// Kafka, the endpoints, and what was produced so far.
struct Line {
    cluster: Cluster,
    endpoints: Endpoints,
    /// What leads the functions to their tables and so on.
    variables: BTreeMap<String, String>,
    witness: Witness,
}

impl Line {
    async fn start() -> Self {
        let cluster = Cluster::start().await;
        let endpoints = Endpoints::start().await.expect("endpoints");
        let url = endpoints.url().to_owned();
        let made = tokio::task::spawn_blocking(move || make_resources(&url));
        let variables = made.await.expect("no panic");
        let site = site(&endpoints, &cluster, &variables);
        let witness = Witness::new(&site, cluster.partitions()).expect("good variables");
        Self { cluster, endpoints, variables, witness }
    }

    /// A stream with more of what is odd than usual, and what is in it.
    fn stream(&self, records: u64) -> (Vec<KafkaRecord>, Tally) {
        let rates = Rates { poison: 0.004, tombstones: 0.002, late: 0.01, ..Rates::default() };
        let (topics, partitions) = (self.cluster.topics.clone(), Cluster::PARTITIONS);
        let settings = Settings { records, rates, topics, partitions, ..Settings::default() };
        let mut generator = Generator::new(settings);
        let records = generator.by_ref().collect();
        (records, generator.tally().clone())
    }

    /// As many records of one topic.
    fn user_events(&self, records: usize) -> Vec<KafkaRecord> {
        let stream = self.stream(4 * records as u64).0.into_iter();
        let of_topic = stream.filter(|record| record.topic == self.cluster.topics.user_events);
        let user_events: Vec<_> = of_topic.take(records).collect();
        assert_eq!(user_events.len(), records, "most of the stream is user events");
        user_events
    }

    /// Produces records, and waits until they are acknowledged.
    async fn produce(&mut self, records: impl IntoIterator<Item = KafkaRecord>) {
        let records = records.into_iter().map(|record| self.witness.append(record)).collect();
        self.cluster.produce(records).await;
    }

    /// `millrace poll` of a topic for a function.
    fn poll(&self, function: &str, topic: &str, more: &[&str]) -> Poller {
        let arguments = self.arguments(function, topic);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Poller::start(millrace(&[&arguments, more].concat()))
    }

    /// The mapping is the template's, but for small batches of records of whatever age.
    fn arguments(&self, function: &str, topic: &str) -> Vec<String> {
        let topics = &self.cluster.topics;
        let parameters = [
            format!("UserEventsTopic={}", topics.user_events),
            format!("TransactionsTopic={}", topics.transactions),
            format!("SensorDataTopic={}", topics.sensor_data),
        ];
        let mut arguments = vec!["poll", "--template", TEMPLATE, "--function", function];
        for parameter in &parameters {
            arguments.extend(["--parameter", parameter]);
        }
        let (group, (name, value)) = (group(function, topic), CLUSTER);
        let variable = format!("{name}={value}");
        arguments.extend(["--topic", topic, "--group", &group, "--env", &variable]);
        arguments.extend(["--bootstrap-servers", self.cluster.connection.bootstrap_servers()]);
        arguments.extend(["--endpoint-url", self.endpoints.url()]);
        arguments.extend(["--max-record-age=-1", "--batch-size", "25", "--window", "100ms"]);
        arguments.into_iter().map(str::to_owned).collect()
    }

    /// Waits until the group of each function has committed all of a topic.
    async fn until_read(&self, functions: &[&str], topic: &str) {
        let started = Instant::now();
        for function in functions {
            let lag = self.cluster.lag(&group(function, topic), topic).await;
            while lag.records().await > 0 {
                assert!(
                    started.elapsed() < PATIENCE,
                    "{function} does not read {topic} to its end"
                );
            }
        }
    }

    /// What stands in the end, against what has to.
    async fn verdict(self) -> Verdict {
        self.endpoints.settle().await;
        let site = site(&self.endpoints, &self.cluster, &self.variables);
        let verdict = self.witness.verdict(&site, EventSource::default()).await;
        verdict.expect("everything can be looked at")
    }
}

fn group(function: &str, topic: &str) -> String {
    format!("{function}-of-{topic}")
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Has `millrace endpoints` make what the functions need, and reads where it is.
fn make_resources(url: &str) -> BTreeMap<String, String> {
    let mut command = millrace(&["endpoints", "--endpoint-url", url]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the command can be run");
    let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    let mut variables = BTreeMap::new();
    for line in lines {
        let line = line.expect("UTF-8");
        let (name, value) = line.split_once('=').expect("a variable and its value");
        variables.insert(name.to_owned(), value.to_owned());
        if name == "STREAM_NAME" {
            break; // the last one; it waits for Ctrl-C
        }
    }
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    variables
}

fn site<'a>(
    endpoints: &'a Endpoints,
    cluster: &Cluster,
    variables: &BTreeMap<String, String>,
) -> Site<'a> {
    let kinds = ["user_event", "transaction", "sensor_reading"];
    let kinds = cluster.names().into_iter().zip(kinds);
    let kinds: Vec<String> = kinds.map(|(topic, kind)| format!("{topic}={kind}")).collect();
    let spec = |function: &str| {
        let spec = FunctionSpec::new(function, "").with_env(CLUSTER.0, CLUSTER.1);
        let spec = spec.with_env("TOPIC_KINDS", kinds.join(","));
        variables.iter().fold(spec, |spec, (name, value)| spec.with_env(name, value))
    };
    Site {
        endpoints,
        dynamodb: cluster::dynamodb(endpoints.url()),
        analytics: spec("analytics"),
        relay: spec("relay"),
    }
}

/// Nothing is missing, nothing there twice, nothing else than it should be; and it was looked at.
fn assert_good(verdict: &Verdict) {
    assert!(verdict.is_good(), "{verdict:#?}");
    for what in ["events of users", "states", "lines of the archive"] {
        assert!(verdict.checks[what].found > 0, "no {what}");
    }
}
