//! The properties of a mapping as its settings.

use std::time::Duration;

use millrace_kafka_event::EventSource;
use serde_json::Value;

use super::TemplateError;
use super::found::Kind;
use super::names;
use super::resolve::{Resolver, text};
use crate::destination::Destination;
use crate::filter::Filters;
use crate::settings::{PartialFailures, Settings, StartingPosition};

/// What Lambda takes together with provisioned pollers alone.
const PROVISIONED_ALONE: [&str; 4] = [
    "BisectBatchOnFunctionError",
    "FunctionResponseTypes",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
];

/// Properties and where they stand.
pub(super) struct Properties<'a> {
    pub(super) resolver: &'a Resolver<'a>,
    pub(super) json: Value,
    pub(super) place: String,
}

impl Properties<'_> {
    /// The settings of the mapping with this id.
    pub(super) fn settings(
        &self,
        id: &str,
        kind: Kind,
        warnings: &mut Vec<String>,
    ) -> Result<Settings, TemplateError> {
        let mut settings = Settings::new(self.topic()?, self.group(id, kind)?);
        settings.starting_position = self.starting_position()?;
        if let Some(size) = self.number("BatchSize")? {
            settings.batch_size = self.in_range("BatchSize", size)?;
        }
        if let Some(window) = self.number("MaximumBatchingWindowInSeconds")? {
            let seconds = self.in_range("MaximumBatchingWindowInSeconds", window)?;
            settings.window = Duration::from_secs(seconds);
        }
        settings.filters = self.filters()?;
        settings.on_failure = self.destination()?;
        settings.event_source = self.event_source(kind)?;
        let pollers = self.value("ProvisionedPollerConfig")?.unwrap_or_default();
        if pollers.is_object() {
            self.read_provisioned(&pollers, &mut settings)?;
        } else {
            for name in PROVISIONED_ALONE {
                if self.value(name)?.is_some() {
                    warnings.push(format!(
                        "{}.{name} needs ProvisionedPollerConfig, without which Lambda refuses it; it is left out here",
                        self.place
                    ));
                }
            }
        }
        if self.has_schema_registry(kind)? {
            warnings.push(format!(
                "{}: the schema registry is not asked here; values are handed over as they are",
                self.place
            ));
        }
        let invalid = |reason: String| TemplateError::Invalid { place: self.place.clone(), reason };
        settings.check().map_err(|error| invalid(error.to_string()))?;
        Ok(settings)
    }

    fn read_provisioned(
        &self,
        pollers: &Value,
        settings: &mut Settings,
    ) -> Result<(), TemplateError> {
        // Lambda's own default is far beyond what one machine can do.
        let most = pollers.get("MaximumPollers").or(pollers.get("MinimumPollers"));
        if let Some(most) = most {
            let name = "ProvisionedPollerConfig";
            let most = text(most).parse().map_err(|_| self.wrong(name, "numbers", pollers))?;
            settings.pollers = self.in_range(name, most)?;
        }
        settings.retries = match self.number("MaximumRetryAttempts")? {
            None | Some(-1) => None,
            Some(retries) => Some(self.in_range("MaximumRetryAttempts", retries)?),
        };
        settings.max_record_age = match self.number("MaximumRecordAgeInSeconds")? {
            None | Some(-1) => None,
            Some(age @ 60..=604_800) => Some(Duration::from_secs(age.unsigned_abs())),
            Some(age) => {
                let wanted = "-1, or 60 to 604800";
                return Err(self.wrong("MaximumRecordAgeInSeconds", wanted, &age.into()));
            }
        };
        settings.bisect = self.flag("BisectBatchOnFunctionError")?.unwrap_or(false);
        let types = self.value("FunctionResponseTypes")?.unwrap_or_default();
        let types = types.as_array().map(Vec::as_slice).unwrap_or_default();
        if types.iter().any(|one| one == "ReportBatchItemFailures") {
            settings.partial_failures = Some(PartialFailures::default());
        }
        Ok(())
    }

    /// "One topic per mapping."
    pub(super) fn topic(&self) -> Result<String, TemplateError> {
        let topics = self.value("Topics")?.unwrap_or_default();
        match topics.as_array().map(Vec::as_slice) {
            Some([topic]) => Ok(text(topic)),
            _ => Err(self.wrong("Topics", "a list of one topic", &topics)),
        }
    }

    fn group(&self, id: &str, kind: Kind) -> Result<String, TemplateError> {
        let mut given = self.text("ConsumerGroupId")?;
        if kind == Kind::Resource {
            for name in ["AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig"]
            {
                let group = self.inner(name, "ConsumerGroupId")?;
                given = given.or(group.as_ref().map(text));
            }
        }
        // Lambda takes the mapping's random id.
        Ok(given.unwrap_or_else(|| format!("local-{id}")))
    }

    fn starting_position(&self) -> Result<StartingPosition, TemplateError> {
        let name = "StartingPosition";
        let position = self.text(name)?;
        match position.as_deref() {
            Some("TRIM_HORIZON") => Ok(StartingPosition::TrimHorizon),
            Some("LATEST") => Ok(StartingPosition::Latest),
            Some("AT_TIMESTAMP") => {
                let name = "StartingPositionTimestamp";
                let given = self.value(name)?.unwrap_or_default();
                let seconds = text(&given).parse::<f64>().ok().filter(|time| *time >= 0.0);
                let Some(seconds) = seconds else {
                    return Err(self.wrong(name, "seconds since 1970", &given));
                };
                #[expect(
                    clippy::cast_possible_truncation,
                    reason = "a time fits, and others saturate"
                )]
                Ok(StartingPosition::AtTimestamp((seconds * 1_000.0).round() as i64))
            }
            _ => {
                let wanted = "TRIM_HORIZON, LATEST or AT_TIMESTAMP";
                Err(self.wrong(name, wanted, &position.map(Value::from).unwrap_or_default()))
            }
        }
    }

    fn filters(&self) -> Result<Filters, TemplateError> {
        let criteria = self.value("FilterCriteria")?.unwrap_or_default();
        let filters = criteria["Filters"].as_array().map(Vec::as_slice).unwrap_or_default();
        let patterns: Vec<String> = filters.iter().map(|filter| text(&filter["Pattern"])).collect();
        Filters::new(&patterns).map_err(|error| TemplateError::Invalid {
            place: format!("{}.FilterCriteria", self.place),
            reason: error.to_string(),
        })
    }

    fn destination(&self) -> Result<Option<Destination>, TemplateError> {
        let config = self.value("DestinationConfig")?.unwrap_or_default();
        let destination = match &config["OnFailure"]["Destination"] {
            Value::String(destination) if !destination.is_empty() => destination,
            _ => return Ok(None),
        };
        destination.parse().map(Some).map_err(|error: crate::DestinationError| {
            let place = format!("{}.DestinationConfig.OnFailure.Destination", self.place);
            TemplateError::Invalid { place, reason: error.to_string() }
        })
    }

    fn event_source(&self, kind: Kind) -> Result<EventSource, TemplateError> {
        if let Some(bootstrap_servers) = self.bootstrap_servers(kind)? {
            return Ok(EventSource::SelfManaged { bootstrap_servers });
        }
        let name = if kind == Kind::Msk { "Stream" } else { "EventSourceArn" };
        // That it is a cluster's ARN is known, though only a deployment knows which.
        let arn = self.text(name).ok().flatten().unwrap_or_else(names::unknown_cluster);
        Ok(EventSource::Msk { arn, bootstrap_servers: String::new() })
    }

    /// The brokers of a self-managed cluster.
    pub(super) fn bootstrap_servers(&self, kind: Kind) -> Result<Option<String>, TemplateError> {
        let servers = match kind {
            Kind::Msk => return Ok(None),
            Kind::SelfManaged => self.value("KafkaBootstrapServers")?,
            Kind::Resource => self
                .inner("SelfManagedEventSource", "Endpoints")?
                .and_then(|endpoints| endpoints.get("KafkaBootstrapServers").cloned()),
        };
        Ok(servers.map(|servers| match servers {
            Value::Array(servers) => servers.iter().map(text).collect::<Vec<_>>().join(","),
            one => text(&one),
        }))
    }

    fn has_schema_registry(&self, kind: Kind) -> Result<bool, TemplateError> {
        if kind != Kind::Resource {
            return Ok(self.value("SchemaRegistryConfig")?.is_some());
        }
        for name in ["AmazonManagedKafkaEventSourceConfig", "SelfManagedKafkaEventSourceConfig"] {
            if self.inner(name, "SchemaRegistryConfig")?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// A property's value; none if it is not there.
    pub(super) fn value(&self, name: &str) -> Result<Option<Value>, TemplateError> {
        match self.json.get(name) {
            Some(value) => self.resolver.value(value, &format!("{}.{name}", self.place)),
            None => Ok(None),
        }
    }

    /// A member of a property, which may be there although another member cannot be resolved.
    fn inner(&self, name: &str, member: &str) -> Result<Option<Value>, TemplateError> {
        let place = format!("{}.{name}.{member}", self.place);
        match self.json.get(name).and_then(|object| object.get(member)) {
            Some(value) => self.resolver.value(value, &place),
            None => Ok(self.value(name)?.and_then(|object| object.get(member).cloned())),
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<String>, TemplateError> {
        Ok(self.value(name)?.as_ref().map(text))
    }

    pub(super) fn number(&self, name: &str) -> Result<Option<i64>, TemplateError> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        match text(&value).parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(self.wrong(name, "a number", &value)),
        }
    }

    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, TemplateError> {
        let Some(value) = self.value(name)? else { return Ok(None) };
        match text(&value).parse() {
            Ok(flag) => Ok(Some(flag)),
            Err(_) => Err(self.wrong(name, "true or false", &value)),
        }
    }

    /// A number that is not negative; `Settings::check` knows the rest of its range.
    fn in_range<T: TryFrom<i64>>(&self, name: &str, number: i64) -> Result<T, TemplateError> {
        T::try_from(number)
            .map_err(|_| self.wrong(name, "a number that is not negative", &number.into()))
    }

    fn wrong(&self, name: &str, wanted: &str, found: &Value) -> TemplateError {
        let reason = match found {
            Value::Null => format!("it should be {wanted}, and is missing"),
            found => format!("it should be {wanted}, and is {found}"),
        };
        TemplateError::Invalid { place: format!("{}.{name}", self.place), reason }
    }
}
