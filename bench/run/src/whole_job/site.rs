//! One function on endpoints of its own, fed from one stream.

use std::path::PathBuf;

use millrace_runtime_api::{FunctionProcess, InvokeOutcome, Outcome};
use millrace_workloads::payloads::{Detail, Shape, Stream};

use crate::binaries::Binaries;
use crate::error::BenchError;
use crate::world::World;

/// The largest batch that Lambda hands over.
const LARGEST_BATCH: u64 = 10_000;

/// A function of the workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Function {
    /// Alerts and live tables.
    Analytics,
    /// The archive.
    Relay,
}

impl Function {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Analytics, Self::Relay];

    /// Its name, also that of its binary.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Analytics => "analytics",
            Self::Relay => "relay",
        }
    }
}

/// A running function with its endpoints and its stream.
pub struct Site {
    /// The endpoints.
    pub world: World,
    pub(super) function: Function,
    binary: PathBuf,
    pub(super) keys: u32,
    process: FunctionProcess,
    stream: Stream,
    variables: Vec<(&'static str, String)>,
}

impl Site {
    /// Starts it, with a stream of so many distinct users and sensors.
    pub async fn start(
        function: Function,
        keys: u32,
        binaries: &Binaries,
    ) -> Result<Self, BenchError> {
        let sensors = keys / 5;
        let shape =
            Shape { records: LARGEST_BATCH, users: keys - sensors, sensors, detail: Detail::Some };
        let binary = binaries.path(function.name());
        Self::with_stream(function, keys, binary, Stream::new(shape)).await
    }

    /// Starts a binary with a stream.
    pub async fn with_stream(
        function: Function,
        keys: u32,
        binary: PathBuf,
        stream: Stream,
    ) -> Result<Self, BenchError> {
        let world = World::start().await?;
        let process = start(&world, function, binary.clone(), &[]).await?;
        Ok(Self { world, function, binary, keys, process, stream, variables: Vec::new() })
    }

    /// Lets the function meet (nearly) every key, so that later batches find states to update.
    pub async fn prime(&mut self) -> Result<(), BenchError> {
        // Six records a key leave one key in three hundred unseen.
        let batches = (u64::from(self.keys) * 6).div_ceil(LARGEST_BATCH);
        for _ in 0..batches {
            self.batch(LARGEST_BATCH).await?;
        }
        Ok(())
    }

    /// Replaces the process, so that its memory is that of what comes now.
    pub async fn restart(&mut self) -> Result<(), BenchError> {
        self.process.stop().await;
        let binary = self.binary.clone();
        self.process = start(&self.world, self.function, binary, &self.variables).await?;
        Ok(())
    }

    /// Replaces it by one that is told this besides.
    pub async fn restart_with(
        &mut self,
        variables: Vec<(&'static str, String)>,
    ) -> Result<(), BenchError> {
        self.variables = variables;
        self.restart().await
    }

    /// Hands over the next so many records, all of which have to be done.
    pub async fn batch(&mut self, records: u64) -> Result<InvokeOutcome, BenchError> {
        let outcome = self.process.invoke(self.stream.event_of(records)).await?;
        let wrong = match &outcome.outcome {
            Outcome::Response(answer) if &answer[..] == br#"{"batchItemFailures":[]}"# => None,
            Outcome::Response(answer) => Some(String::from_utf8_lossy(answer).into_owned()),
            other => Some(other.to_string()),
        };
        match wrong {
            None => Ok(outcome),
            Some(outcome) => Err(BenchError::Invocation {
                variant: self.function.name().to_owned(),
                what: format!("a batch of {records} records of {} keys", self.keys),
                outcome,
            }),
        }
    }

    /// Stops the function, and the endpoints.
    pub async fn stop(self) {
        self.process.stop().await;
        self.world.endpoints.stop().await;
    }
}

async fn start(
    world: &World,
    function: Function,
    binary: PathBuf,
    variables: &[(&'static str, String)],
) -> Result<FunctionProcess, BenchError> {
    let spec = match function {
        Function::Analytics => world.analytics(binary),
        Function::Relay => world.relay(binary),
    };
    let spec = variables.iter().fold(spec, |spec, (name, value)| spec.with_env(*name, value));
    Ok(FunctionProcess::start(spec).await?)
}
