//! The tokens with which a client proves to MSK which IAM identity it has.

use std::error::Error;
use std::thread;

use aws_msk_iam_sasl_signer::generate_auth_token;
use aws_types::region::Region;
use rdkafka::client::OAuthToken;
use tokio::runtime;

/// A token for a cluster in a region: a signed URL that is good for 15 minutes, made with the
/// credentials that the AWS SDK finds.
///
/// librdkafka asks for it from whichever thread polls the client, which may belong to a runtime: so
/// this waits on a thread of its own.
pub(crate) fn token(region: &str) -> Result<OAuthToken, Box<dyn Error>> {
    let region = Region::new(region.to_owned());
    let signed = thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let token = runtime.block_on(generate_auth_token(region));
        token.map_err(|error| std::io::Error::other(error.to_string()))
    });
    let (token, lifetime_ms) = signed.join().map_err(|_| "the AWS SDK panicked")??;
    // MSK reads who it is out of the token.
    Ok(OAuthToken { token, principal_name: "millrace".to_owned(), lifetime_ms })
}
