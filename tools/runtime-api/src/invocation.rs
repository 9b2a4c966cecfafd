//! One invocation's headers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{HeaderMap, HeaderName, HeaderValue};

/// Lambda's limit for a synchronous invocation's payload.
pub const MAX_PAYLOAD_BYTES: usize = 6 * 1024 * 1024;

/// Lambda's limit for a response: the same, and a little for what surrounds it.
pub const MAX_RESPONSE_BYTES: usize = 6_291_556;

/// What `Lambda-Runtime-Deadline-Ms` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deadline {
    /// Now and the invocation's timeout, in epoch milliseconds, as Lambda does.
    AtTimeout,
    /// Now and this duration, in epoch milliseconds.
    In(Duration),
    /// This number as it is. `cargo lambda` 1.9.2 sends a duration in milliseconds, for example,
    /// which reads as a moment in 1970.
    Raw(u64),
}

/// How to invoke, where it is not as Lambda would.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvokeOptions {
    /// The deadline the function is told.
    pub deadline: Deadline,
    /// When the child is killed; `None` takes the function's timeout.
    pub timeout: Option<Duration>,
}

impl Default for InvokeOptions {
    fn default() -> Self {
        InvokeOptions { deadline: Deadline::AtTimeout, timeout: None }
    }
}

/// What `next` answers with.
pub(crate) struct InvocationHeaders<'a> {
    pub(crate) request_id: &'a str,
    pub(crate) deadline_ms: u64,
    pub(crate) function_arn: &'a str,
}

impl InvocationHeaders<'_> {
    pub(crate) fn to_header_map(&self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        insert(&mut headers, "lambda-runtime-aws-request-id", self.request_id);
        insert(&mut headers, "lambda-runtime-deadline-ms", &self.deadline_ms.to_string());
        insert(&mut headers, "lambda-runtime-invoked-function-arn", self.function_arn);
        insert(&mut headers, "lambda-runtime-trace-id", &trace_id());
        headers
    }
}

fn insert(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // Only a function name with control characters in it could fail here; the header is then absent.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// The deadline in epoch milliseconds.
pub(crate) fn deadline_ms(deadline: &Deadline, timeout: Duration) -> u64 {
    let until = match deadline {
        Deadline::AtTimeout => timeout,
        Deadline::In(duration) => *duration,
        Deadline::Raw(milliseconds) => return *milliseconds,
    };
    let moment = since_epoch().saturating_add(until);
    u64::try_from(moment.as_millis()).unwrap_or(u64::MAX)
}

/// A random id in the form of a version 4 UUID.
pub(crate) fn request_id() -> String {
    let high = fastrand::u64(..) & 0xffff_ffff_ffff_0fff | 0x4000;
    let low = fastrand::u64(..) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        high >> 32,
        (high >> 16) & 0xffff,
        high & 0xffff,
        low >> 48,
        low & 0xffff_ffff_ffff
    )
}

fn trace_id() -> String {
    let root = fastrand::u128(..) >> 32;
    let parent = fastrand::u64(..);
    format!("Root=1-{:08x}-{root:024x};Parent={parent:016x};Sampled=0", since_epoch().as_secs())
}

fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_ids_have_the_form_of_a_version_4_uuid_and_differ() {
        let id = request_id();
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert!(id.chars().all(|character| character == '-' || character.is_ascii_hexdigit()));
        assert_eq!(&id[14..15], "4", "version");
        assert!(["8", "9", "a", "b"].contains(&&id[19..20]), "variant");
        assert_ne!(id, request_id());
    }

    #[test]
    fn the_deadline_is_an_epoch_time_unless_it_is_raw() {
        let now = u64::try_from(since_epoch().as_millis()).unwrap();
        let at_timeout = deadline_ms(&Deadline::AtTimeout, Duration::from_secs(30));
        assert!(at_timeout >= now + 30_000);
        let shorter = deadline_ms(&Deadline::In(Duration::from_secs(1)), Duration::from_secs(30));
        assert!(shorter >= now + 1_000 && shorter < at_timeout);
        assert_eq!(deadline_ms(&Deadline::Raw(3_000), Duration::from_secs(30)), 3_000);
    }

    #[test]
    fn the_trace_id_has_the_x_ray_form() {
        let trace = trace_id();
        let root = trace.split(';').next().unwrap().strip_prefix("Root=1-").unwrap();
        let lengths: Vec<usize> = root.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 24]);
    }
}
