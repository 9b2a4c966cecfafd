//! Event source mappings of a template: SAM or CloudFormation, anybody's.
//!
//! ```
//! use millrace_event_source_mapping::template::{Choice, Parameters, Template};
//!
//! let template = Template::read(
//!     "
//!      Parameters:
//!        Topic: { Type: String, Default: orders }
//!      Resources:
//!        Orders:
//!          Type: AWS::Serverless::Function
//!          Properties:
//!            Timeout: 30
//!            Events:
//!              Kafka:
//!                Type: MSK
//!                Properties:
//!                  Stream: !GetAtt Cluster.Arn
//!                  Topics: [!Ref Topic]
//!                  StartingPosition: TRIM_HORIZON
//!                  BatchSize: 500",
//! )?;
//! let mapping = template.mapping(&Choice::default(), &Parameters::new())?;
//! assert_eq!(mapping.id, "OrdersKafka");
//! assert_eq!(mapping.settings.topic, "orders");
//! assert_eq!(mapping.settings.batch_size, 500);
//! # Ok::<(), millrace_event_source_mapping::template::TemplateError>(())
//! ```

mod choice;
mod found;
mod function;
mod names;
mod properties;
mod resolve;
mod topics;
mod yaml;

use std::collections::BTreeMap;

use serde_json::Value;

pub use choice::Choice;
pub use function::TemplateFunction;
pub use topics::TemplateTopic;

use crate::settings::Settings;
use resolve::Resolver;

/// Values of parameters by name, in place of their defaults. Pseudo parameters (`AWS::Region`) can be
/// given too.
pub type Parameters = BTreeMap<String, String>;

/// A template.
#[derive(Clone, Debug)]
pub struct Template {
    json: Value,
}

/// A mapping of a template.
#[derive(Clone, Debug, PartialEq)]
pub struct TemplateMapping {
    /// Its logical id; of an event of SAM, the one that SAM makes: the function's and the event's.
    pub id: String,
    /// The function that it invokes.
    pub function: TemplateFunction,
    /// Its settings.
    pub settings: Settings,
    /// Whether it reads.
    pub is_enabled: bool,
    /// The brokers of a self-managed cluster, separated by commas.
    pub bootstrap_servers: Option<String>,
    /// What it says that is not done here, in sentences.
    pub warnings: Vec<String>,
}

impl Template {
    /// Reads YAML or JSON.
    ///
    /// # Errors
    /// When it is neither, or holds no resources.
    pub fn read(text: &str) -> Result<Self, TemplateError> {
        let json = yaml::read(text).map_err(TemplateError::Syntax)?;
        if !json["Resources"].is_object() {
            return Err(TemplateError::NoResources);
        }
        Ok(Template { json })
    }

    /// The one mapping that is meant.
    ///
    /// # Errors
    /// When none or several are meant, or when something that it says cannot be resolved.
    pub fn mapping(
        &self,
        choice: &Choice,
        parameters: &Parameters,
    ) -> Result<TemplateMapping, TemplateError> {
        let resolver = Resolver::new(&self.json, parameters)?;
        let found = found::all(&resolver)?;
        let chosen = choice.choose(&resolver, &found)?;
        chosen.read(&resolver)
    }
}

/// Why a mapping cannot be had from a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// It is no YAML.
    #[error("it is no YAML: {0}")]
    Syntax(String),
    /// It is no template.
    #[error("it has no `Resources`, so it is no template of CloudFormation or SAM")]
    NoResources,
    /// It has no Kafka.
    #[error(
        "it has no Kafka event source: no resource of type AWS::Lambda::EventSourceMapping with \
         `Topics`, and no function with an event of type MSK or SelfManagedKafka"
    )]
    NoMapping,
    /// Nothing in it is what was asked for.
    #[error("none of its Kafka event sources has {wanted}; it has:{}", lines(found))]
    NotFound {
        /// What was asked for.
        wanted: String,
        /// What there is.
        found: Vec<String>,
    },
    /// Several are what was asked for.
    #[error(
        "several of its Kafka event sources could be meant; name one by its id:{}",
        lines(found)
    )]
    Ambiguous {
        /// Those.
        found: Vec<String>,
    },
    /// A function of CloudFormation without an answer.
    #[error("{place}: {what} cannot be resolved: {reason}")]
    Unresolvable {
        /// Where it stands.
        place: String,
        /// What.
        what: String,
        /// Why not.
        reason: String,
    },
    /// A property that is not as Lambda takes it.
    #[error("{place}: {reason}")]
    Invalid {
        /// Where it stands.
        place: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A parameter that it does not have.
    #[error("it has no parameter `{name}`; it has: {}", known.join(", "))]
    UnknownParameter {
        /// Which one.
        name: String,
        /// Those that it has.
        known: Vec<String>,
    },
    /// A value that a parameter does not take.
    #[error("its parameter `{name}` is one of {allowed}, and not `{value}`")]
    Parameter {
        /// Which one.
        name: String,
        /// What it was given.
        value: String,
        /// What it takes.
        allowed: String,
    },
}

fn lines(found: &[String]) -> String {
    format!("\n  {}", found.join("\n  "))
}
