//! What a function answers to an event.

use millrace_runtime_api::{InvokeOutcome, Outcome};
use serde::Deserialize;

use crate::error::Error;

/// A batch response, as Lambda reads it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct BatchResponse {
    batch_item_failures: Option<Vec<serde::de::IgnoredAny>>,
}

/// How many records the function reports as not done; an error unless it answered.
pub(crate) fn reported(what: &str, invoked: &InvokeOutcome) -> Result<u64, Error> {
    let Outcome::Response(body) = &invoked.outcome else {
        let (what, outcome) = (what.to_owned(), invoked.outcome.to_string());
        return Err(Error::Invocation { what, outcome });
    };
    let response: Option<BatchResponse> = serde_json::from_slice(body)
        .map_err(|error| Error::Answer { what: what.to_owned(), reason: error.to_string() })?;
    let failures = response.unwrap_or_default().batch_item_failures.unwrap_or_default();
    Ok(failures.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(body: &'static str) -> InvokeOutcome {
        InvokeOutcome {
            outcome: Outcome::Response(body.into()),
            request_id: String::new(),
            duration: std::time::Duration::ZERO,
            init_duration: None,
            peak_rss_bytes: None,
            cpu_time: None,
            process_cpu_time: None,
        }
    }

    #[test]
    fn nothing_an_empty_object_and_an_empty_list_are_success() {
        for body in ["null", "{}", r#"{"batchItemFailures":null}"#, r#"{"batchItemFailures":[]}"#] {
            assert_eq!(reported("it", &answered(body)).unwrap(), 0, "{body}");
        }
    }

    #[test]
    fn reported_records_are_counted() {
        let body = r#"{"batchItemFailures":[{"itemIdentifier":{"partition":"a-0","offset":1}}]}"#;
        assert_eq!(reported("it", &answered(body)).unwrap(), 1);
    }

    #[test]
    fn an_error_of_the_function_is_told_with_what_it_was_given() {
        let outcome = Outcome::FunctionError {
            error_type: "Config".to_owned(),
            message: "no table".to_owned(),
            body: bytes_of("{}"),
        };
        let error = reported("events/a.json", &InvokeOutcome { outcome, ..answered("") });
        assert_eq!(
            error.unwrap_err().to_string(),
            "events/a.json: the function answered with an error of the function: Config: no table"
        );
        let error = reported("events/a.json", &answered("[1]")).unwrap_err();
        assert!(error.to_string().contains("is no batch response"), "{error}");
    }

    fn bytes_of<T: From<&'static str>>(text: &'static str) -> T {
        text.into()
    }
}
