//! `millrace topics create` and `millrace broker`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use millrace_kafka::{Cluster, Connection};

use crate::command::{millrace, run};

/// The repository's own template.
fn template() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    path.to_str().expect("UTF-8").to_owned()
}

/// `millrace broker`, until this is dropped.
struct Broker {
    child: Child,
    servers: String,
}

impl Broker {
    fn start(more: &[&str]) -> Self {
        let template = template();
        let mut command = millrace(&[&["broker", "--template", &template], more].concat());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the command can be run");
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
        output.read_line(&mut line).expect("UTF-8");
        let servers = line.trim().strip_prefix("MILLRACE_BOOTSTRAP_SERVERS=");
        let servers = servers.expect("where it is").to_owned();
        Self { child, servers }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn a_broker_has_the_topics_and_partitions_of_the_template() {
    let names = ["TransactionsTopic=payments", "TransactionLabelsTopic=chargebacks"];
    let names = names.map(|name| ["--parameter", name]);
    let broker = Broker::start(names.as_flattened());
    let cluster = Cluster::of(&Connection::plaintext(&broker.servers)).await.unwrap();
    assert!(cluster.is_embedded, "of another process, too");
    // PartitionsPerTopic of template.yaml.
    for topic in ["user-events", "payments", "sensor-data", "chargebacks"] {
        assert_eq!(cluster.topics.get(topic), Some(&6), "{topic}");
    }
    assert!(!cluster.topics.contains_key("transactions"));
}

#[test]
fn topics_that_are_there_stay_as_they_are_and_what_is_different_is_said() {
    let broker = Broker::start(&[]);
    let create = |more: &[&str]| {
        let template = template();
        let arguments = ["topics", "create", "--template", &template];
        let servers = ["--bootstrap-servers", &broker.servers];
        run(&[arguments.as_slice(), &servers, more].concat())
    };
    let done = create(&[]);
    assert_eq!((done.code, done.stderr.as_str()), (Some(0), ""));
    assert_eq!(done.stdout.matches("6 partitions  was there\n").count(), 3, "{}", done.stdout);
    let done = create(&["--partitions", "12"]);
    assert_eq!(done.code, Some(0));
    assert!(done.stdout.contains("other than the 12 that were wanted"), "{}", done.stdout);
}

#[test]
fn what_cannot_be_created_is_said_with_what_to_do() {
    let template = template();
    let create = ["topics", "create", "--template", &template];
    let done = run(&create);
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("--bootstrap-servers HOST:PORT"), "{}", done.stderr);
    // An existing cluster's topics are there already, so the template makes none.
    let existing = ["--parameter", "Infrastructure=existing"];
    let done = run(&[create.as_slice(), &existing].concat());
    assert_eq!(done.code, Some(1));
    assert!(done.stderr.contains("makes no topics"), "{}", done.stderr);
}
