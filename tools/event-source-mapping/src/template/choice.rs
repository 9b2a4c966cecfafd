//! Which of a template's mappings is meant.

use super::TemplateError;
use super::found::Found;
use super::resolve::Resolver;

/// What is known of the mapping that is meant; nothing of it is enough if there is but one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Its logical id.
    pub mapping: Option<String>,
    /// Its function: the logical id, the name or its end (`analytics` of `stack-analytics`), or the
    /// name of its executable.
    pub function: Option<String>,
    /// Its topic.
    pub topic: Option<String>,
}

impl Choice {
    pub(super) fn choose<'a>(
        &self,
        resolver: &Resolver<'_>,
        found: &[Found<'a>],
    ) -> Result<Found<'a>, TemplateError> {
        if found.is_empty() {
            return Err(TemplateError::NoMapping);
        }
        let mut meant = Vec::new();
        for candidate in found {
            if self.means(resolver, candidate)? {
                meant.push(candidate.clone());
            }
        }
        match (meant.pop(), meant.is_empty()) {
            (Some(one), true) => Ok(one),
            (Some(one), false) => {
                meant.push(one);
                Err(TemplateError::Ambiguous { found: told(resolver, &meant) })
            }
            (None, _) => {
                Err(TemplateError::NotFound { wanted: self.wanted(), found: told(resolver, found) })
            }
        }
    }

    fn means(&self, resolver: &Resolver<'_>, candidate: &Found<'_>) -> Result<bool, TemplateError> {
        if self.mapping.as_ref().is_some_and(|id| *id != candidate.id) {
            return Ok(false);
        }
        if let Some(function) = &self.function
            && !candidate.function(resolver)?.is_called(function)
        {
            return Ok(false);
        }
        match &self.topic {
            Some(topic) => Ok(candidate.topic(resolver)? == *topic),
            None => Ok(true),
        }
    }

    fn wanted(&self) -> String {
        let parts = [
            ("the id", &self.mapping),
            ("the function", &self.function),
            ("the topic", &self.topic),
        ];
        let given =
            parts.iter().filter_map(|(what, value)| Some(format!("{what} `{}`", value.as_ref()?)));
        given.collect::<Vec<String>>().join(" and ")
    }
}

/// A line for each.
fn told(resolver: &Resolver<'_>, found: &[Found<'_>]) -> Vec<String> {
    let line = |one: &Found<'_>| {
        let topic = one.topic(resolver).unwrap_or_else(|_| "?".to_owned());
        let function = one.function(resolver).map(|function| function.name);
        format!("{}: {topic} to {}", one.id, function.unwrap_or_else(|_| "?".to_owned()))
    };
    found.iter().map(line).collect()
}
