//! What all AWS clients speak through: one pool of connections, and root certificates that are read once.
//!
//! A client that is given none makes one, and a shared one of the SDK's own builder is tried out by each
//! client that gets it: both read and parse every root certificate of the machine again each time.

use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

/// One HTTP client for all services, with the certificates loaded. It trusts the authorities of the
/// machine, or those in the file at `SSL_CERT_FILE`; nobody, where all that it talks to is one endpoint
/// in the clear.
pub(crate) fn http_client(
    endpoint_url: Option<&str>,
    settings: HttpConnectorSettings,
) -> SharedHttpClient {
    let is_in_the_clear = endpoint_url.is_some_and(|url| url.starts_with("http://"));
    let mut connector = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc));
    if is_in_the_clear {
        // An empty store is a valid one, and takes no file to read.
        let nobody = TlsContext::builder().with_trust_store(TrustStore::empty()).build();
        connector.set_tls_context(nobody.unwrap_or_default());
    }
    let connector = SharedHttpConnector::new(connector.build());
    http_client_fn(move |_, _| connector.clone())
}
