//! The functions that are compared.

use std::path::PathBuf;
use std::time::Duration;

use millrace_lambda::GLIBC_TUNABLES;
use millrace_runtime_api::FunctionSpec;
use millrace_workloads::memory::{classic_to_switch_on, not_classic};

use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::peers::{Peers, node_scripts, python_scripts};
use crate::titles::{
    ANALYTICS, BY_DEFAULT, IN_MEMORY, NAIVE, NODE, NODE_POWERTOOLS, ORJSON, POWERTOOLS,
};
use crate::world::World;

/// Longer than any of them takes.
const TIMEOUT: Duration = Duration::from_mins(1);

/// One function.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    pub(super) title: &'static str,
    what: What,
}

/// What a function is configured for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Job {
    /// What all functions do: the classic rules, and an alert each time that one is broken.
    TheSame,
    /// What it does as it is deployed: all variables that it need not be told at their defaults.
    ItsOwn,
}

#[derive(Clone, Debug)]
enum What {
    /// The real binary, on endpoints.
    Analytics(PathBuf),
    /// A process that needs nothing else.
    Alone(Result<Box<FunctionSpec>, String>),
}

impl Variant {
    /// Why it cannot be run, if it cannot.
    pub(super) fn missing(&self) -> Option<&str> {
        match &self.what {
            What::Alone(Err(reason)) => Some(reason),
            _ => None,
        }
    }

    /// How to start it, with what it needs around it; `None` if it cannot be run.
    pub(super) async fn start(
        &self,
        job: Job,
    ) -> Result<Option<(FunctionSpec, Option<World>)>, BenchError> {
        match &self.what {
            What::Alone(Err(_)) => Ok(None),
            What::Alone(Ok(spec)) => Ok(Some(((**spec).clone(), None))),
            What::Analytics(binary) => {
                let world = World::start().await?;
                let spec = world.analytics(binary.clone());
                let spec = match job {
                    Job::TheSame => classic(spec),
                    Job::ItsOwn => spec,
                };
                Ok(Some((spec, Some(world))))
            }
        }
    }
}

/// With the classic rules alone, and an alert each time that one is broken.
fn classic(spec: FunctionSpec) -> FunctionSpec {
    let off: Vec<String> = not_classic().into_iter().collect();
    spec.with_env("DETECTORS_OFF", off.join(","))
        .with_env("DETECTORS_ON", classic_to_switch_on().join(","))
        .with_env("ALERT_COOLDOWN_SECONDS", "0")
}

pub(super) fn all(binaries: &Binaries, peers: &Peers) -> Vec<Variant> {
    let alone = |name: &str| FunctionSpec::new(name, binaries.path(name)).with_timeout(TIMEOUT);
    let as_deployed = |spec: FunctionSpec| spec.with_env(GLIBC_TUNABLES.0, GLIBC_TUNABLES.1);
    let rust = |title, spec| Variant { title, what: What::Alone(Ok(Box::new(spec))) };
    vec![
        Variant { title: ANALYTICS, what: What::Analytics(binaries.path("analytics")) },
        rust(IN_MEMORY, as_deployed(alone("bench-in-memory"))),
        rust(BY_DEFAULT, alone("bench-in-memory")),
        rust(NAIVE, alone("bench-naive")),
        Variant { title: POWERTOOLS, what: python(peers, "powertools") },
        Variant { title: ORJSON, what: python(peers, "with_orjson") },
        Variant { title: NODE, what: node(peers, "plain") },
        Variant { title: NODE_POWERTOOLS, what: node(peers, "powertools") },
    ]
}

/// Under Lambda's own runtime client.
fn python(peers: &Peers, handler: &str) -> What {
    let scripts = python_scripts().display().to_string();
    What::Alone(peers.python.clone().map(|python| {
        let spec = FunctionSpec::new("python", python)
            .with_timeout(TIMEOUT)
            .with_argument("-m")
            .with_argument("awslambdaric")
            .with_argument(format!("handlers.{handler}"))
            .with_env("LAMBDA_TASK_ROOT", scripts.clone())
            .with_env("PYTHONPATH", scripts);
        Box::new(spec)
    }))
}

/// Under a loop of our own: see `bench/node/runtime.mjs`.
fn node(peers: &Peers, handler: &str) -> What {
    let runtime = node_scripts().join("runtime.mjs").display().to_string();
    What::Alone(peers.node.clone().map(|node| {
        let spec = FunctionSpec::new("node", node).with_timeout(TIMEOUT);
        Box::new(spec.with_argument(runtime).with_argument(handler))
    }))
}
