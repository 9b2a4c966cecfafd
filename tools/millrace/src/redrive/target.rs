//! Through which function it goes.

use millrace_runtime_api::{FunctionProcess, LogSink, Outcome};

use super::clients;
use super::http::{LambdaApi, Url};
use super::options::Options;
use crate::error::Error;
use crate::stack::{Naming, Stack};

/// A function that can be invoked.
pub(super) enum Target {
    /// Lambda's own API.
    Lambda(Box<LambdaApi>),
    /// Something that takes events by POST.
    Url(Box<Url>),
    /// A process here, and the endpoints that it works on.
    Process(Box<FunctionProcess>, Box<Stack>),
}

impl Target {
    pub(super) async fn start(
        options: &Options,
        endpoint_url: Option<&str>,
    ) -> Result<Self, Error> {
        if let Some(function) = &options.function {
            let config = clients::sdk_config(endpoint_url).await;
            return Ok(Self::Lambda(Box::new(LambdaApi::new(&config, function)?)));
        }
        if let Some(url) = &options.invoke_url {
            return Ok(Self::Url(Box::new(Url::new(url))));
        }
        let (Some(function), Some(url)) = (options.process, endpoint_url) else {
            return Err(Error::NoEndpoints);
        };
        let stack = Stack::start(Some(url), Naming::Shared).await?;
        let process = stack.run(function, &options.variables, LogSink::Stderr).await?;
        Ok(Self::Process(Box::new(process), Box::new(stack)))
    }

    /// Invokes it; the answer's body, or why there is none.
    pub(super) async fn invoke(&self, body: Vec<u8>) -> Result<Vec<u8>, String> {
        match self {
            Self::Lambda(api) => api.invoke(body).await,
            Self::Url(url) => url.invoke(body).await,
            Self::Process(process, _) => match process.invoke(body).await {
                Ok(invoked) => match invoked.outcome {
                    Outcome::Response(body) => Ok(body.to_vec()),
                    other => Err(format!("the function answered with {other}")),
                },
                Err(error) => Err(error.to_string()),
            },
        }
    }

    pub(super) async fn stop(self) {
        if let Self::Process(process, stack) = self {
            process.stop().await;
            stack.leave().await;
        }
    }
}
