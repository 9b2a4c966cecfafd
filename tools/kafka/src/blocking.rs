//! librdkafka waits; a runtime's threads must not.

use crate::error::KafkaError;

/// Does work that waits on a thread that may.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KafkaError> + Send + 'static,
) -> Result<T, KafkaError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(KafkaError::Client("the runtime is ending".to_owned())),
        },
    }
}
