//! One request, recognised: which service, which operation, what it says.

use std::fmt;

use awsim_core::{AwsError, Protocol, RequestContext};
use bytes::Bytes;
use http::HeaderMap;
use serde_json::Value;

/// The account every resource belongs to; nothing here checks who calls.
pub(crate) const ACCOUNT: &str = "000000000000";

/// Where resources live when a request is not signed for a region.
pub(crate) const DEFAULT_REGION: &str = "eu-central-1";

/// A service these endpoints answer for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// Amazon CloudWatch metrics.
    CloudWatch,
    /// Amazon DynamoDB.
    DynamoDb,
    /// Amazon Data Firehose.
    Firehose,
    /// Amazon S3.
    S3,
    /// Amazon SNS.
    Sns,
    /// Amazon SQS.
    Sqs,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::CloudWatch, Self::DynamoDb, Self::Firehose, Self::S3, Self::Sns, Self::Sqs];

    /// The name as IAM actions and ARNs spell it: `dynamodb`, `sns`, …
    pub fn name(self) -> &'static str {
        match self {
            Self::CloudWatch => "cloudwatch",
            Self::DynamoDb => "dynamodb",
            Self::Firehose => "firehose",
            Self::S3 => "s3",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
        }
    }
}

impl fmt::Display for Service {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A request whose service and operation are known, its body decompressed.
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(crate) protocol: Protocol,
    pub(crate) caller: Caller,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The body as a value; `None` for DynamoDB, whose engine reads the bytes itself.
    pub(crate) input: Option<Value>,
}

impl Call {
    /// The body as a value, parsed now if it was not before.
    pub(crate) fn take_input(&mut self) -> Result<Value, AwsError> {
        match self.input.take() {
            Some(input) => Ok(input),
            None => parse_json(&self.body),
        }
    }
}

/// What of the caller ends up in ARNs and URLs.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    /// The region the request is signed for.
    pub(crate) region: String,
    /// `host:port` as the caller wrote it.
    pub(crate) host: String,
}

impl Caller {
    /// The context the embedded awsim services want.
    pub(crate) fn context(&self, service: Service) -> RequestContext {
        let mut context = RequestContext::new(service.name(), self.region.clone());
        ACCOUNT.clone_into(&mut context.account_id);
        context.endpoint_authority = Some(self.host.clone());
        context
    }
}

/// Reads a JSON body, always an object; an empty body is an empty one, as AWS has it.
pub(crate) fn parse_json(body: &[u8]) -> Result<Value, AwsError> {
    if body.is_empty() {
        return Ok(Value::Object(serde_json::Map::new()));
    }
    let refusal = |reason: &str| AwsError::bad_request("SerializationException", reason);
    let value: Value = serde_json::from_slice(body).map_err(|error| refusal(&error.to_string()))?;
    if !value.is_object() {
        return Err(refusal("the body is not a JSON object"));
    }
    Ok(value)
}
