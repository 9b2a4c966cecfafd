//! The child's environment variables.

use std::net::SocketAddr;

use crate::spec::FunctionSpec;

/// What the child inherits of this process's own environment. All else stays out, `HOME` above all:
/// it leads the AWS SDK to the developer's own credentials.
const INHERITED: [&str; 8] = [
    "LANG",
    "LD_LIBRARY_PATH",
    "LLVM_PROFILE_FILE",
    "PATH",
    "RUST_BACKTRACE",
    "SYSTEMROOT",
    "TEMP",
    "TMPDIR",
];

const ACCOUNT: &str = "123456789012";
const DEFAULT_REGION: &str = "us-east-1";

/// The child's whole environment; of two entries with one name the later one holds.
pub(crate) fn environment(spec: &FunctionSpec, runtime_api: SocketAddr) -> Vec<(String, String)> {
    let mut variables: Vec<(String, String)> = Vec::new();
    for name in INHERITED {
        if let Ok(value) = std::env::var(name) {
            variables.push((name.to_owned(), value));
        }
    }
    let region = region(spec);
    let log_group = format!("/aws/lambda/{}", spec.name);
    let memory = spec.memory_mb.to_string();
    let lambdas = [
        ("TZ", ":UTC"),
        ("AWS_REGION", region),
        ("AWS_DEFAULT_REGION", region),
        ("AWS_LAMBDA_FUNCTION_NAME", &spec.name),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", &log_group),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
        ("_HANDLER", "bootstrap"),
        // Dummies: an endpoint on loopback wants a signature and looks at none. The instance's
        // metadata service would be asked for better ones, and waited for.
        ("AWS_EC2_METADATA_DISABLED", "true"),
    ];
    for (name, value) in lambdas {
        variables.push((name.to_owned(), value.to_owned()));
    }
    if !spec.env.iter().any(|(name, _)| name == "AWS_ACCESS_KEY_ID") {
        variables.push(("AWS_ACCESS_KEY_ID".to_owned(), "test".to_owned()));
        variables.push(("AWS_SECRET_ACCESS_KEY".to_owned(), "test".to_owned()));
    }
    variables.extend(spec.env.iter().cloned());
    variables.push(("AWS_LAMBDA_RUNTIME_API".to_owned(), runtime_api.to_string()));
    variables
}

/// The ARN that `Lambda-Runtime-Invoked-Function-Arn` carries.
pub(crate) fn function_arn(spec: &FunctionSpec) -> String {
    format!("arn:aws:lambda:{}:{ACCOUNT}:function:{}", region(spec), spec.name)
}

fn region(spec: &FunctionSpec) -> &str {
    let given = spec.env.iter().rev().find(|(name, _)| name == "AWS_REGION");
    given.map_or(DEFAULT_REGION, |(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value<'a>(variables: &'a [(String, String)], name: &str) -> Option<&'a str> {
        variables.iter().rev().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    #[test]
    fn given_credentials_and_region_win_and_the_runtime_api_cannot_be_redirected() {
        let spec = FunctionSpec::new("analytics", "binary")
            .with_env("AWS_REGION", "eu-west-1")
            .with_env("AWS_ACCESS_KEY_ID", "mine")
            .with_env("AWS_LAMBDA_RUNTIME_API", "elsewhere:1");
        let variables = environment(&spec, "127.0.0.1:9001".parse().unwrap());
        assert_eq!(value(&variables, "AWS_REGION"), Some("eu-west-1"));
        assert_eq!(value(&variables, "AWS_ACCESS_KEY_ID"), Some("mine"));
        assert_eq!(value(&variables, "AWS_SECRET_ACCESS_KEY"), None, "no half of a dummy pair");
        assert_eq!(value(&variables, "AWS_LAMBDA_RUNTIME_API"), Some("127.0.0.1:9001"));
        assert_eq!(value(&variables, "HOME"), None);
        assert_eq!(function_arn(&spec), "arn:aws:lambda:eu-west-1:123456789012:function:analytics");
    }
}
