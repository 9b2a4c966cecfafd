//! Answers and errors in the shape the caller's protocol has for them.

use awsim_core::error::ErrorType;
use awsim_core::{AwsError, Protocol, protocol};
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;
use serde_json::Value;

use crate::call::{Call, Service};
use crate::cloudwatch::wire;

/// A whole answer, ready to be sent.
pub(crate) type Reply = Response<Full<Bytes>>;

/// Writes what an operation returned.
pub(crate) fn success(call: &Call, output: &Value) -> Reply {
    let id = request_id();
    if call.protocol == Protocol::RpcV2Cbor {
        return wire::success(output, &id);
    }
    let (status, headers, body) =
        protocol::serialize_response(call.protocol, &call.operation, output, &id);
    assemble(status, headers, body)
}

/// Writes an error that names the service's own code.
pub(crate) fn failure(service: Option<Service>, protocol: Protocol, error: &AwsError) -> Reply {
    let mut error = error.clone();
    let query_code = error.code.clone();
    // SQS and CloudWatch spoke the query protocol once and still send its codes in a header.
    if matches!(service, Some(Service::Sqs | Service::CloudWatch)) {
        modelled_code(&query_code).clone_into(&mut error.code);
    }
    if service == Some(Service::DynamoDb) && !query_code.contains('#') {
        error.code = format!("com.amazonaws.dynamodb.v20120810#{query_code}");
    }
    let (status, headers, body) = protocol::serialize_error(protocol, &error, &request_id());
    let mut reply = assemble(status, headers, body);
    if matches!(service, Some(Service::Sqs | Service::CloudWatch)) {
        let fault = match error.error_type {
            ErrorType::Sender => "Sender",
            ErrorType::Receiver => "Receiver",
        };
        if let Ok(value) = HeaderValue::from_str(&format!("{query_code};{fault}")) {
            reply.headers_mut().insert("x-amzn-query-error", value);
        }
    }
    reply
}

/// The exception's name in the service's model, for a code of the old query protocol.
fn modelled_code(code: &str) -> &str {
    match code {
        "AWS.SimpleQueueService.NonExistentQueue" => "QueueDoesNotExist",
        "InternalServiceError" => "InternalServiceFault",
        "InvalidParameterCombination" => "InvalidParameterCombinationException",
        "InvalidParameterValue" => "InvalidParameterValueException",
        "MissingParameter" => "MissingRequiredParameterException",
        _ => code.strip_prefix("AWS.SimpleQueueService.").unwrap_or(code),
    }
}

/// An error that a client may retry: the service's fault, not the caller's.
pub(crate) fn receiver_error(status: StatusCode, code: &str, message: &str) -> AwsError {
    let mut error = AwsError::bad_request(code, message);
    error.status = status;
    error.error_type = ErrorType::Receiver;
    error
}

pub(crate) fn request_id() -> String {
    format!("{:032x}", fastrand::u128(..))
}

fn assemble(status: StatusCode, headers: http::HeaderMap, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    *reply.headers_mut() = headers;
    reply
}
