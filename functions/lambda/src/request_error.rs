//! What an AWS client's error means: try again, or not until somebody has changed something.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{DispatchFailure, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use millrace_shared::delivery::RequestError;

/// Codes of refusals that pass by themselves, of all the services used.
const PASSING: [&str; 20] = [
    "BandwidthLimitExceeded",
    "ExpiredToken",
    "ExpiredTokenException",
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "KMSThrottling",
    "KmsThrottled",
    "LimitExceededException",
    "ProvisionedThroughputExceeded",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestTimeout",
    "ServiceUnavailable",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// Codes whose message says what to change and holds nothing of the request's content: missing
/// resources, permissions, credentials. Other messages can quote the request, which is payload.
const SPEAKING: [&str; 14] = [
    "AWS.SimpleQueueService.NonExistentQueue",
    "AccessDenied",
    "AccessDeniedException",
    "AuthorizationError",
    "AuthorizationErrorException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "NotFound",
    "NotFoundException",
    "QueueDoesNotExist",
    "ResourceNotFoundException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
];

/// Whether a refusal with this code passes by itself.
pub fn passes(code: &str) -> bool {
    let code = code.rsplit('.').next().unwrap_or(code);
    PASSING.contains(&code) || code.contains("Throttl")
}

/// What the failure of a request means. `operation` and `resource` say what failed.
pub fn request_error<E>(
    operation: &str,
    resource: &str,
    error: &SdkError<E, HttpResponse>,
) -> RequestError
where
    E: ProvideErrorMetadata,
{
    let failed = format!("{operation} on {resource} failed");
    match error {
        SdkError::TimeoutError(_) => RequestError::Again(format!("{failed}: no answer in time")),
        SdkError::ResponseError(_) => {
            RequestError::Again(format!("{failed}: the answer could not be read"))
        }
        SdkError::DispatchFailure(failure) => not_sent(&failed, failure),
        SdkError::ServiceError(refusal) => {
            let (status, error) = (refusal.raw().status().as_u16(), refusal.err());
            let code = error.code().unwrap_or("no code");
            if passes(code) || status >= 500 || status == 429 {
                return RequestError::Again(format!("{failed}: {code} (status {status})"));
            }
            let message = error.message().filter(|_| SPEAKING.contains(&code)).unwrap_or_default();
            RequestError::Broken(
                format!("{failed}: {code} (status {status}) {message}").trim_end().into(),
            )
        }
        _ => RequestError::Broken(format!("{failed}: the request could not be made")),
    }
}

/// Nothing reached the service: the network, or no usable credentials.
fn not_sent(failed: &str, failure: &DispatchFailure) -> RequestError {
    if failure.is_timeout() {
        return RequestError::Again(format!("{failed}: no connection in time"));
    }
    if failure.is_io() {
        return RequestError::Again(format!("{failed}: the connection failed"));
    }
    let reason = reason(failure);
    let about = reason.to_lowercase();
    if (about.contains("credential") || about.contains("region")) && !about.contains("timed out") {
        return RequestError::Broken(format!(
            "{failed}: no usable credentials or region: {reason}"
        ));
    }
    RequestError::Again(format!("{failed}: {reason}"))
}

/// The chain of causes, which for a request that was never sent holds nothing of its content.
fn reason(failure: &DispatchFailure) -> String {
    let mut causes = Vec::new();
    let mut cause = failure.as_connector_error().and_then(Error::source);
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes.join(": ")
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    #[derive(Debug)]
    struct Refusal(ErrorMetadata);

    impl ProvideErrorMetadata for Refusal {
        fn meta(&self) -> &ErrorMetadata {
            &self.0
        }
    }

    impl fmt::Display for Refusal {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("refused")
        }
    }

    fn refusal(status: u16, code: &str, message: &str) -> RequestError {
        let meta = ErrorMetadata::builder().code(code).message(message).build();
        let status = StatusCode::try_from(status).unwrap();
        let raw = HttpResponse::new(status, SdkBody::empty());
        request_error("BatchGetItem", "table state", &SdkError::service_error(Refusal(meta), raw))
    }

    #[test]
    fn throttling_and_faults_of_the_service_pass() {
        for (status, code) in [
            (400, "ProvisionedThroughputExceededException"),
            (400, "ThrottlingException"),
            (400, "AWS.SimpleQueueService.RequestThrottled"),
            (500, "whatever"),
            (503, "ServiceUnavailable"),
            (429, "no code"),
        ] {
            let error = refusal(status, code, "");
            assert!(matches!(error, RequestError::Again(_)), "{code}: {error}");
        }
    }

    #[test]
    fn what_somebody_has_to_change_is_named_with_the_operation_and_the_resource() {
        let error = refusal(400, "ResourceNotFoundException", "Requested resource not found");
        let expected = "BatchGetItem on table state failed: ResourceNotFoundException \
                        (status 400) Requested resource not found";
        assert_eq!(error, RequestError::Broken(expected.to_owned()));
    }

    #[test]
    fn a_message_that_may_quote_the_request_stays_out() {
        let error = refusal(400, "ValidationException", "secret of user#42");
        let RequestError::Broken(message) = error else { panic!("{error}") };
        assert_eq!(message, "BatchGetItem on table state failed: ValidationException (status 400)");
    }

    #[test]
    fn a_broken_connection_passes_and_missing_credentials_do_not() {
        let failure = |error: ConnectorError| {
            request_error::<Refusal>("Publish", "topic t", &SdkError::dispatch_failure(error))
        };
        let io = failure(ConnectorError::io("reset".into()));
        assert_eq!(
            io,
            RequestError::Again("Publish on topic t failed: the connection failed".into())
        );
        let none =
            failure(ConnectorError::other("the credential provider was not enabled".into(), None));
        assert!(matches!(none, RequestError::Broken(_)), "{none}");
        let slow = failure(ConnectorError::other("credentials provider timed out".into(), None));
        assert!(matches!(slow, RequestError::Again(_)), "{slow}");
    }
}
