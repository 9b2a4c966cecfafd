/// Whether this is a URL that a client can use.
pub fn is_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

/// Whether `CloudWatch` takes this as a namespace for metrics of one's own.
pub fn is_namespace(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte);
    name.len() <= 255 && name.bytes().all(allowed) && !name.starts_with("AWS/")
}
