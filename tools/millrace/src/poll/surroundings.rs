//! What is around the function: AWS on this machine, and for our own functions all that is in it.

use super::target::Target;
use crate::error::Error;
use crate::stack::{Aws, Naming, Stack};

/// AWS, with or without the tables and so on of our own functions.
pub(super) enum Surroundings {
    Stack(Box<Stack>),
    Aws(Box<Aws>),
}

impl Surroundings {
    pub(super) async fn start(target: &Target, endpoint_url: Option<&str>) -> Result<Self, Error> {
        Ok(match target {
            Target::Own(_) => {
                Self::Stack(Box::new(Stack::start(endpoint_url, Naming::Shared).await?))
            }
            Target::Executable(_) | Target::Endpoint { .. } => {
                Self::Aws(Box::new(Aws::start(endpoint_url).await?))
            }
        })
    }

    pub(super) fn aws(&self) -> &Aws {
        match self {
            Self::Stack(stack) => &stack.aws,
            Self::Aws(aws) => aws,
        }
    }

    /// Stops endpoints of our own. Elsewhere, everything stays.
    pub(super) async fn leave(self) {
        match self {
            Self::Stack(stack) => stack.leave().await,
            Self::Aws(aws) => {
                if let Some(endpoints) = aws.embedded {
                    endpoints.stop().await;
                }
            }
        }
    }
}
