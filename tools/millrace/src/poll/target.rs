//! What is invoked: processes of a function, or an endpoint.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use millrace_event_source_mapping as esm;
use millrace_event_source_mapping::{InvokeEndpoint, ProcessPool, Settings};
use millrace_runtime_api::{FunctionSpec, LogSink};

use super::options::FunctionOptions;
use super::plan::Plan;
use super::surroundings::Surroundings;
use crate::error::Error;
use crate::function::Function;

/// How long an invocation may take where nobody says.
const TIMEOUT: Duration = Duration::from_mins(1);

/// What is to be invoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A function of this workspace.
    Own(Function),
    /// Any executable that speaks the Runtime API.
    Executable(PathBuf),
    /// A function of this name behind an Invoke endpoint.
    Endpoint { url: String, name: String },
}

impl Target {
    /// From the flags, or from the template.
    pub(super) fn choose(options: &FunctionOptions, plan: &Plan) -> Result<Self, Error> {
        let described = plan.function.as_ref();
        if let Some(url) = &options.invoke_url {
            let name = options.function.clone().or_else(|| {
                let function = described?;
                let known = function.executable.as_ref().or(function.id.as_ref());
                Some(known.unwrap_or(&function.name).clone())
            });
            return Ok(Self::Endpoint {
                url: url.clone(),
                name: name.unwrap_or_else(|| "function".to_owned()),
            });
        }
        let executable = described.and_then(|function| function.executable.clone());
        let Some(name) = options.function.clone().or(executable) else {
            return Err(Error::Lacking("poll", "--function or --invoke-url"));
        };
        if let Ok(function) = Function::from_str(&name, false) {
            return Ok(Self::Own(function));
        }
        let path = PathBuf::from(&name);
        if path.is_file() {
            return Ok(Self::Executable(path));
        }
        Err(Error::NoFunction { name })
    }

    /// Its name for a person.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Own(function) => function.name().to_owned(),
            Self::Executable(path) => path.display().to_string(),
            Self::Endpoint { url, name } => format!("{name} at {url}"),
        }
    }

    /// Makes it ready to be invoked.
    pub(super) async fn start(
        &self,
        options: &FunctionOptions,
        plan: &Plan,
        around: &Surroundings,
        log: LogSink,
    ) -> Result<Running, Error> {
        let described = plan.function.as_ref();
        let timeout = options.timeout.or(described.map(|function| function.timeout));
        let timeout = timeout.unwrap_or(TIMEOUT);
        let spec = match (self, around) {
            (Self::Endpoint { url, name }, _) => {
                return Ok(Running::Endpoint(Arc::new(InvokeEndpoint::new(url, name, timeout)?)));
            }
            (Self::Own(function), Surroundings::Stack(stack)) => {
                let variables = template_variables(plan, *function);
                stack.spec(*function, &variables, log).await?
            }
            (Self::Own(_), Surroundings::Aws(_)) => {
                return Err(Error::Lacking("a function of this workspace", "its tables"));
            }
            (Self::Executable(path), around) => executable(path, plan, around).with_log(log),
        };
        let mut spec = spec.with_timeout(timeout).in_own_process_group();
        if let Some(described) = described {
            spec.memory_mb = described.memory_mb;
        }
        for (name, value) in &options.variables {
            spec = spec.with_env(name, value);
        }
        Ok(Running::Processes(Arc::new(ProcessPool::start(spec).await?)))
    }
}

/// What the template sets, before this machine's tables and so on replace what belongs to AWS.
fn template_variables(plan: &Plan, function: Function) -> Vec<(String, String)> {
    let described = plan.function.as_ref().filter(|described| {
        described.executable.as_deref().is_none_or(|executable| executable == function.name())
    });
    let mut variables =
        described.map(|described| described.environment.clone()).unwrap_or_default();
    // One parameter drives both sides in the template, and so does one flag here.
    variables.push(("PARTIAL_FAILURES".to_owned(), on_or_off(&plan.settings).to_owned()));
    variables
}

fn on_or_off(settings: &Settings) -> &'static str {
    if settings.partial_failures.is_some() { "on" } else { "off" }
}

/// Anybody's function: the template's variables, and this machine's endpoints for whatever it asks of
/// AWS.
fn executable(path: &Path, plan: &Plan, around: &Surroundings) -> FunctionSpec {
    let described = plan.function.as_ref();
    let file = path.file_stem().map(|name| name.to_string_lossy().into_owned());
    let name = described.map(|function| function.name.clone()).or(file);
    let mut spec = FunctionSpec::new(name.unwrap_or_default(), path);
    spec = spec.with_env("AWS_ENDPOINT_URL", &around.aws().url);
    for (name, value) in described.into_iter().flat_map(|function| &function.environment) {
        spec = spec.with_env(name, value);
    }
    spec
}

/// What is ready to be invoked.
pub(super) enum Running {
    Processes(Arc<ProcessPool>),
    Endpoint(Arc<InvokeEndpoint>),
}

impl Running {
    pub(super) fn function(&self) -> Arc<dyn esm::Function> {
        match self {
            Self::Processes(pool) => pool.clone(),
            Self::Endpoint(endpoint) => endpoint.clone(),
        }
    }

    pub(super) async fn stop(&self) {
        if let Self::Processes(pool) = self {
            pool.stop().await;
        }
    }
}
