//! Tells from a request alone which service and operation it is for, so that one URL serves all.

use awsim_core::{AwsError, Protocol, auth, protocol};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST};
use http::request::Parts;

use crate::call::{Call, Caller, DEFAULT_REGION, Service, parse_json};
use crate::cloudwatch::wire;
use crate::s3;
use crate::sns::form;

/// A request that could not be read, and the protocol to say so in.
pub(crate) type Unreadable = (Protocol, AwsError);

/// Recognises the request and reads its body.
///
/// | sign | service |
/// | --- | --- |
/// | `X-Amz-Target: DynamoDB_20120810.…` and the like | DynamoDB, SQS, Firehose, CloudWatch (JSON) |
/// | path `/service/GraniteServiceVersion20100801/operation/…` | CloudWatch (CBOR) |
/// | a form with `Action=…` | SNS |
/// | anything else | S3 |
pub(crate) fn recognise(parts: &Parts, body: Bytes) -> Result<Call, Unreadable> {
    let headers = &parts.headers;
    if let Some(target) = header(headers, "x-amz-target") {
        return recognise_target(target, parts, body);
    }
    if let Some(operation) = protocol::operation_from_rpcv2_path(parts.uri.path()) {
        let input = wire::decode(&body).map_err(|error| (Protocol::RpcV2Cbor, error))?;
        let mut call = call(Service::CloudWatch, operation, Protocol::RpcV2Cbor, parts, body);
        call.input = Some(input);
        return Ok(call);
    }
    if header(headers, CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("form-urlencoded")) {
        let (operation, input) = form::read(&body).map_err(|error| (Protocol::AwsQuery, error))?;
        let mut call = call(Service::Sns, operation, Protocol::AwsQuery, parts, body);
        call.input = Some(input);
        return Ok(call);
    }
    let (operation, input) = s3::read(parts, &body).map_err(|error| (Protocol::RestXml, error))?;
    let mut call = call(Service::S3, operation, Protocol::RestXml, parts, body);
    call.input = Some(input);
    Ok(call)
}

fn recognise_target(target: &str, parts: &Parts, body: Bytes) -> Result<Call, Unreadable> {
    let (prefix, operation) = target.split_once('.').unwrap_or((target, ""));
    let service = match prefix {
        "DynamoDB_20120810" | "DynamoDBStreams_20120810" => Service::DynamoDb,
        "AmazonSQS" => Service::Sqs,
        "Firehose_20150804" => Service::Firehose,
        "GraniteServiceVersion20100801" => Service::CloudWatch,
        _ => {
            let message = format!("no service here answers to the target {prefix}");
            let error = AwsError::bad_request("UnknownOperationException", message);
            return Err((Protocol::AwsJson1_0, error));
        }
    };
    let protocol = match header(&parts.headers, CONTENT_TYPE.as_str()) {
        Some(kind) if kind.contains("json-1.1") => Protocol::AwsJson1_1,
        _ => Protocol::AwsJson1_0,
    };
    let input = match service {
        Service::DynamoDb => None,
        _ => Some(parse_json(&body).map_err(|error| (protocol, error))?),
    };
    let mut call = call(service, operation.to_owned(), protocol, parts, body);
    call.input = input;
    Ok(call)
}

fn call(
    service: Service,
    operation: String,
    protocol: Protocol,
    parts: &Parts,
    body: Bytes,
) -> Call {
    let headers = parts.headers.clone();
    Call { service, operation, protocol, caller: caller(&headers), headers, body, input: None }
}

fn caller(headers: &HeaderMap) -> Caller {
    let region = header(headers, AUTHORIZATION.as_str())
        .and_then(auth::parse_authorization)
        .map_or_else(|| DEFAULT_REGION.to_owned(), |credentials| credentials.region);
    let host = header(headers, HOST.as_str()).unwrap_or("127.0.0.1").to_owned();
    Caller { region, host }
}

pub(crate) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
