//! How each service says that it cannot, will not, or must not.

use awsim_core::AwsError;
use awsim_core::error::ErrorType;
use http::StatusCode;

use super::EntryError;
use crate::call::{ACCOUNT, Service};

/// Too many requests.
pub(crate) fn throttled(service: Service) -> AwsError {
    match service {
        Service::CloudWatch | Service::Sns => sender(400, "Throttling", "Rate exceeded"),
        Service::DynamoDb => sender(
            400,
            "ProvisionedThroughputExceededException",
            "The level of configured provisioned throughput for the table was exceeded. Consider \
             increasing your provisioning level with the UpdateTable API.",
        ),
        Service::Firehose => receiver(500, "ServiceUnavailableException", "Slow down."),
        Service::S3 => receiver(503, "SlowDown", "Please reduce your request rate."),
        Service::Sqs => sender(400, "RequestThrottled", "The request was denied due to throttling"),
    }
}

/// One entry too many.
pub(crate) fn throttled_entry(service: Service) -> EntryError {
    let (code, message) = match service {
        Service::DynamoDb => {
            ("ThrottlingError", "Throughput exceeds the current capacity of your table or index")
        }
        Service::Firehose => ("ServiceUnavailableException", "Slow down."),
        _ => ("Throttling", "Rate exceeded"),
    };
    let (code, message) = (code.to_owned(), message.to_owned());
    EntryError { code, message, is_sender_fault: false }
}

/// A statement whose condition does not hold.
pub(crate) fn conflict() -> EntryError {
    let message = "The conditional request failed".to_owned();
    EntryError { code: "ConditionalCheckFailed".to_owned(), message, is_sender_fault: true }
}

/// No permission.
pub(crate) fn access_denied(service: Service, operation: &str) -> AwsError {
    let message = format!(
        "User: arn:aws:iam::{ACCOUNT}:user/test is not authorized to perform: {service}:{operation}"
    );
    match service {
        Service::CloudWatch | Service::S3 | Service::Sqs => sender(403, "AccessDenied", &message),
        Service::DynamoDb | Service::Firehose => sender(400, "AccessDeniedException", &message),
        Service::Sns => sender(403, "AuthorizationError", &message),
    }
}

/// Status 500.
pub(crate) fn server_error(service: Service) -> AwsError {
    let code = match service {
        Service::CloudWatch => "InternalServiceError",
        Service::DynamoDb => "InternalServerError",
        Service::Firehose => "InternalFailure",
        Service::S3 | Service::Sns | Service::Sqs => "InternalError",
    };
    receiver(500, code, "An error occurred on the server side.")
}

/// Status 503.
pub(crate) fn unavailable(service: Service) -> AwsError {
    let code = match service {
        Service::Firehose => "ServiceUnavailableException",
        _ => "ServiceUnavailable",
    };
    receiver(503, code, "The service is temporarily unable to handle the request.")
}

fn sender(status: u16, code: &str, message: &str) -> AwsError {
    let mut error = AwsError::bad_request(code, message);
    error.status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    error
}

fn receiver(status: u16, code: &str, message: &str) -> AwsError {
    let mut error = sender(status, code, message);
    error.error_type = ErrorType::Receiver;
    error
}
