//! S3: awsim's buckets in memory, with object keys and bodies read as they are.

use std::sync::LazyLock;

use awsim_core::{
    AccountRegionStore, AwsError, Protocol, RouteDefinition, S3ObjectWriter, ServiceHandler,
    protocol,
};
use awsim_s3::S3Service;
use awsim_s3::state::S3State;
use bytes::Bytes;
use http::request::Parts;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::call::{ACCOUNT, Caller, DEFAULT_REGION, Service};

/// awsim keeps all buckets in one place, as bucket names are global.
const EVERYWHERE: &str = "global";

static ROUTES: LazyLock<Vec<RouteDefinition>> = LazyLock::new(|| S3Service::new().routes());

/// An object in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct S3Object {
    /// The key.
    pub key: String,
    /// The body, as stored.
    pub body: Bytes,
}

pub(crate) struct S3 {
    service: S3Service,
    buckets: AccountRegionStore<S3State>,
}

impl Default for S3 {
    fn default() -> Self {
        let service = S3Service::new();
        let buckets = service.store();
        Self { service, buckets }
    }
}

/// Recognises the operation by method, path and query, and reads the input.
pub(crate) fn read(parts: &Parts, body: &Bytes) -> Result<(String, Value), AwsError> {
    let parse = |body: &Bytes| {
        let headers = &parts.headers;
        protocol::parse_request(
            Protocol::RestXml,
            &parts.method,
            &parts.uri,
            headers,
            body,
            &ROUTES,
        )
    };
    let mut parsed = parse(&Bytes::new())?;
    if matches!(parsed.operation.as_str(), "PutObject" | "UploadPart") {
        // awsim would take an object that starts with `<` for a request in XML.
        parsed.input["__raw_body"] = base64_simd::STANDARD.encode_to_string(body).into();
    } else if !body.is_empty() {
        parsed = parse(body)?;
    }
    // awsim decodes each byte of a key to a character, and a plus sign to a space.
    if parsed.input["Key"].is_string()
        && let Some((_, key)) = parts.uri.path().trim_start_matches('/').split_once('/')
    {
        parsed.input["Key"] = percent_decode_str(key).decode_utf8_lossy().as_ref().into();
    }
    Ok((parsed.operation, parsed.input))
}

impl S3 {
    pub(crate) async fn handle(
        &self,
        operation: &str,
        input: Value,
        caller: &Caller,
    ) -> Result<Value, AwsError> {
        self.service.handle(operation, input, &caller.context(Service::S3)).await
    }

    /// Stores an object; an error if there is no such bucket.
    pub(crate) fn put(&self, bucket: &str, key: &str, body: &[u8]) -> Result<(), AwsError> {
        let body = base64_simd::STANDARD.encode_to_string(body);
        self.service.object_writer().put_object(bucket, key, &body, ACCOUNT, DEFAULT_REGION)
    }

    /// What a bucket holds now, by key.
    pub(crate) fn objects(&self, bucket: &str) -> Vec<S3Object> {
        let state = self.buckets.get(ACCOUNT, EVERYWHERE);
        let Some(bucket) = state.buckets.get(bucket) else { return Vec::new() };
        let mut objects = Vec::new();
        for versions in &bucket.objects {
            let Some(object) = versions.current() else { continue };
            // Bodies are kept in memory here; one on disk could fail to be read.
            let body = object.body.read_all().unwrap_or_default().into();
            objects.push(S3Object { key: versions.key().clone(), body });
        }
        objects.sort_by(|one, other| one.key.cmp(&other.key));
        objects
    }
}
