//! The same endpoints over TLS, with a certificate of an authority that nobody else knows.

use std::error::Error;
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::endpoints::EndpointsError;
use crate::pipeline::Pipeline;
use crate::server;

/// Where the endpoints are over TLS, and whom to trust in order to believe it.
#[derive(Clone, Debug)]
pub struct OverTls {
    /// The URL to give an AWS client, for example `https://127.0.0.1:41235`.
    pub url: String,
    /// The certificate of the authority, as PEM: what a file at `SSL_CERT_FILE` has to hold.
    pub authority: String,
}

/// Listens until the runtime is dropped that this is called on.
pub(crate) async fn listen(pipeline: Arc<Pipeline>) -> Result<OverTls, EndpointsError> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(EndpointsError::Bind)?;
    let url = format!("https://{}", listener.local_addr().map_err(EndpointsError::Bind)?);
    let (acceptor, authority) = certified().map_err(EndpointsError::Certificate)?;
    tokio::spawn(server::serve(listener, Some(acceptor), pipeline));
    Ok(OverTls { url, authority })
}

/// What accepts TLS at 127.0.0.1, and the certificate of the authority that vouches for it.
fn certified() -> Result<(TlsAcceptor, String), Box<dyn Error + Send + Sync>> {
    let mut of_authority = CertificateParams::default();
    of_authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(of_authority, KeyPair::generate()?)?;
    let key = KeyPair::generate()?;
    let addresses = ["127.0.0.1".to_owned()];
    let certificate = CertificateParams::new(addresses)?.signed_by(&key, &authority)?;
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(
            vec![certificate.der().clone()],
            PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
        )?;
    Ok((TlsAcceptor::from(Arc::new(config)), authority.pem()))
}
