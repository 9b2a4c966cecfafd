//! The topics of a template.

use std::path::{Path, PathBuf};

use clap::Args;
use millrace_event_source_mapping::template::Template;
use millrace_kafka::TopicSpec;

use crate::error::Error;

/// Which topics, and how they should be.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Topics")]
pub(crate) struct TopicOptions {
    /// A template whose topics (`AWS::MSK::Topic`) are meant, those of the stacks below it included
    #[arg(long, value_name = "FILE", default_value = "template.yaml")]
    template: PathBuf,
    /// A value for a parameter of the template, in place of its default
    #[arg(long = "parameter", value_name = "NAME=VALUE", value_parser = crate::invoke::variable)]
    parameters: Vec<(String, String)>,
    /// A topic, and no template; can be given again
    #[arg(long = "topic", value_name = "NAME", conflicts_with = "parameters")]
    names: Vec<String>,
    /// How many partitions, whatever the template says; 6 without one
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    partitions: Option<u32>,
}

/// Of topics that are named and not in a template: the template's own default.
const PARTITIONS: u32 = 6;

impl TopicOptions {
    /// The topics that are meant.
    pub(crate) fn topics(&self) -> Result<Vec<TopicSpec>, Error> {
        let mut topics = if self.names.is_empty() { self.of_template()? } else { self.named() };
        for topic in &mut topics {
            topic.partitions = self.partitions.unwrap_or(topic.partitions);
        }
        Ok(topics)
    }

    fn named(&self) -> Vec<TopicSpec> {
        self.names.iter().map(|name| TopicSpec::new(name, PARTITIONS)).collect()
    }

    fn of_template(&self) -> Result<Vec<TopicSpec>, Error> {
        let path = &self.template;
        let failed = |source| Error::Template { path: path.clone(), source };
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let below = |url: &str| {
            let text = std::fs::read_to_string(folder.join(url)).ok()?;
            Template::read(&text).ok()
        };
        let parameters = self.parameters.iter().cloned().collect();
        let template = Template::read(&text).map_err(failed)?;
        let topics = template.topics(&parameters, &below).map_err(failed)?;
        if topics.is_empty() {
            return Err(Error::NoTopics { path: path.clone() });
        }
        let spec = |topic: millrace_event_source_mapping::template::TemplateTopic| TopicSpec {
            name: topic.name,
            partitions: topic.partitions,
            replicas: topic.replicas,
            settings: topic.settings,
        };
        Ok(topics.into_iter().map(spec).collect())
    }
}
