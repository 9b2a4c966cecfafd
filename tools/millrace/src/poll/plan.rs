//! The mapping as it is to be: the template's settings, and the flags on top of them.

use std::path::{Path, PathBuf};

use millrace_event_source_mapping::template::{
    Choice, Template, TemplateError, TemplateFunction, TemplateMapping,
};
use millrace_event_source_mapping::{EventSource, Filters, Settings};

use super::options::{Options, SettingOptions, Switch};
use crate::error::Error;

/// Templates that are looked for where none is named.
const TEMPLATES: [&str; 3] = ["template.yaml", "template.yml", "template.json"];

/// What is to be done.
#[derive(Debug)]
pub(super) struct Plan {
    /// The mapping's settings.
    pub(super) settings: Settings,
    /// What to call it: its id in the template, or its topic.
    pub(super) name: String,
    /// Its function, as the template describes it.
    pub(super) function: Option<TemplateFunction>,
    /// The brokers of a self-managed cluster in the template.
    pub(super) bootstrap_servers: Option<String>,
    /// What a person should know before it starts.
    pub(super) notes: Vec<String>,
}

impl Plan {
    /// Reads the template, if there is one, and lets the flags override it.
    pub(super) fn make(options: &Options) -> Result<Self, Error> {
        let mut plan = match from_template(options)? {
            Some(plan) => plan,
            None => from_flags(options)?,
        };
        override_settings(&mut plan.settings, &options.settings)?;
        plan.settings.check()?;
        Ok(plan)
    }

    /// Says in events where records come from.
    pub(super) fn set_brokers(&mut self, servers: &str) {
        match &mut self.settings.event_source {
            EventSource::Msk { bootstrap_servers, .. }
            | EventSource::SelfManaged { bootstrap_servers } => {
                servers.clone_into(bootstrap_servers);
            }
        }
    }
}

fn from_template(options: &Options) -> Result<Option<Plan>, Error> {
    let named = options.template.template.as_ref();
    let Some(path) = named.cloned().or_else(usual_template) else { return Ok(None) };
    let text = std::fs::read_to_string(&path)
        .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    let choice = Choice {
        mapping: options.template.mapping.clone(),
        function: name_of_function(options),
        topic: options.settings.topic.clone(),
    };
    let parameters = options.template.parameters.iter().cloned().collect();
    match Template::read(&text).and_then(|template| template.mapping(&choice, &parameters)) {
        Ok(mapping) => Ok(Some(planned(&path, mapping))),
        // A topic of which a template that nobody named knows nothing.
        Err(TemplateError::NotFound { .. } | TemplateError::NoMapping)
            if named.is_none() && choice.topic.is_some() && choice.mapping.is_none() =>
        {
            let mut plan = from_flags(options)?;
            plan.notes.push(format!(
                "{} has no such mapping: Lambda's defaults, but for what is said here",
                path.display()
            ));
            Ok(Some(plan))
        }
        Err(source) => Err(Error::Template { path, source }),
    }
}

fn usual_template() -> Option<PathBuf> {
    TEMPLATES.iter().map(PathBuf::from).find(|path| path.is_file())
}

/// What a template may call the function by; none for the path of an executable.
fn name_of_function(options: &Options) -> Option<String> {
    let name = options.function.function.clone()?;
    let is_path = name.contains('/') || Path::new(&name).is_file();
    (!is_path).then_some(name)
}

fn planned(path: &Path, mapping: TemplateMapping) -> Plan {
    let path = path.display();
    let mut notes: Vec<String> =
        mapping.warnings.iter().map(|warning| format!("{path}: {warning}")).collect();
    if !mapping.is_enabled {
        notes.push(format!("{path}: {} is disabled; it is polled all the same", mapping.id));
    }
    Plan {
        settings: mapping.settings,
        name: mapping.id,
        function: Some(mapping.function),
        bootstrap_servers: mapping.bootstrap_servers,
        notes,
    }
}

fn from_flags(options: &Options) -> Result<Plan, Error> {
    if let Some(id) = &options.template.mapping {
        return Err(Error::NoTemplate { wanted: format!("--mapping {id}") });
    }
    let Some(topic) = &options.settings.topic else {
        return Err(Error::NoTemplate { wanted: "the mapping's settings".to_owned() });
    };
    Ok(Plan {
        settings: Settings::new(topic, format!("millrace-poll-{topic}")),
        name: topic.clone(),
        function: None,
        bootstrap_servers: None,
        notes: Vec::new(),
    })
}

fn override_settings(settings: &mut Settings, flags: &SettingOptions) -> Result<(), Error> {
    let set = flags.clone();
    settings.topic = set.topic.unwrap_or_else(|| settings.topic.clone());
    settings.group_id = set.group.unwrap_or_else(|| settings.group_id.clone());
    settings.starting_position = set.starting_position.unwrap_or(settings.starting_position);
    settings.batch_size = set.batch_size.unwrap_or(settings.batch_size);
    settings.window = set.window.unwrap_or(settings.window);
    settings.retries = set.retries.map_or(settings.retries, |retries| retries.0);
    settings.max_record_age = set.max_record_age.map_or(settings.max_record_age, |age| age.0);
    settings.bisect = set.bisect.map_or(settings.bisect, |bisect| bisect == Switch::On);
    if let Some(reading) = set.partial_failures {
        settings.partial_failures = reading.setting();
    }
    if !set.filters.is_empty() {
        settings.filters = Filters::new(&set.filters)?;
    }
    if let Some(on_failure) = set.on_failure {
        settings.on_failure = on_failure.0;
    }
    settings.pollers = set.pollers.unwrap_or(settings.pollers);
    Ok(())
}
