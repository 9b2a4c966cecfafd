//! Mappings read from templates: this repository's own, and others' in all their spellings.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod intrinsics;
mod ours;
mod sam;
mod trouble;

use std::time::Duration;

use millrace_event_source_mapping::template::{
    Choice, Parameters, Template, TemplateError, TemplateMapping,
};
use millrace_event_source_mapping::{
    Destination, EventSource, PartialFailures, Settings, StartingPosition,
};

fn parameters(pairs: &[(&str, &str)]) -> Parameters {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn choice(mapping: Option<&str>, function: Option<&str>, topic: Option<&str>) -> Choice {
    let owned = |text: Option<&str>| text.map(str::to_owned);
    Choice { mapping: owned(mapping), function: owned(function), topic: owned(topic) }
}

fn read(yaml: &str) -> Result<TemplateMapping, TemplateError> {
    Template::read(yaml)?.mapping(&Choice::default(), &Parameters::new())
}

/// A template with one mapping of `orders`, and these lines in its properties.
fn with(lines: &str) -> Result<TemplateMapping, TemplateError> {
    let indented = lines.replace('\n', "\n      ");
    read(&format!(
        "Resources:
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      FunctionName: orders-function
      EventSourceArn: arn:aws:kafka:eu-west-1:123456789012:cluster/c/1
      Topics: [orders]
      {}
      {indented}
",
        if lines.contains("StartingPosition:") { "" } else { "StartingPosition: TRIM_HORIZON" }
    ))
}
