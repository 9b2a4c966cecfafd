//! Tells Lambda why the function cannot start.

use lambda_runtime::Diagnostic;
use lambda_runtime_api_client::body::Body;
use lambda_runtime_api_client::{BoxError, PooledClient, build_request};

/// Reports an error of the initialisation, so that the invocation that waits for it fails with this
/// sentence and not just with an exit code. The function should end after it.
pub(crate) async fn report(error_type: &str, error_message: &str) -> Result<(), BoxError> {
    let diagnostic =
        Diagnostic { error_type: error_type.to_owned(), error_message: error_message.to_owned() };
    let request = build_request()
        .method("POST")
        .uri("/2018-06-01/runtime/init/error")
        .header("lambda-runtime-function-error-type", error_type)
        .body(Body::from(serde_json::to_vec(&diagnostic)?))?;
    PooledClient::builder().build().call(request).await?;
    Ok(())
}
