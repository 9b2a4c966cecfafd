//! What librdkafka tells a client apart from records: errors, and that a token is due.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::client::{ClientContext, OAuthToken};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::{KafkaError as Native, RDKafkaErrorCode};

use crate::connection::{Connection, Security};
use crate::error::KafkaError;

/// Of any client. Clones share what they have seen.
#[derive(Clone)]
pub(crate) struct Context {
    security: Security,
    servers: String,
    trouble: Arc<Mutex<Trouble>>,
}

/// What went wrong so far.
#[derive(Default)]
struct Trouble {
    /// The last thing that a connection was about.
    reason: Option<String>,
    /// What a broker said that does not want this client.
    refusal: Option<String>,
    /// The client can never go on.
    fatal: Option<String>,
    /// Since when no broker is there.
    away_since: Option<Instant>,
}

impl Context {
    pub(crate) fn new(connection: &Connection) -> Self {
        Self {
            security: connection.security().clone(),
            servers: connection.bootstrap_servers().to_owned(),
            trouble: Arc::default(),
        }
    }

    /// Where the brokers are.
    pub(crate) fn servers(&self) -> &str {
        &self.servers
    }

    /// Whether waiting longer is of no use.
    pub(crate) fn is_hopeless(&self) -> bool {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.refusal.is_some() || trouble.fatal.is_some()
    }

    /// Why the client can never go on, if it cannot.
    pub(crate) fn fatal(&self) -> Option<String> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).fatal.clone()
    }

    /// For how long no broker has been there, as far as librdkafka has noticed.
    pub(crate) fn away_for(&self) -> Option<Duration> {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.away_since.map(|since| since.elapsed())
    }

    /// A broker is there again, which librdkafka does not tell by itself.
    pub(crate) fn is_back(&self) {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).away_since = None;
    }

    /// The error of a client that has waited in vain.
    pub(crate) fn unreachable(&self, waited: Duration, reason: &str) -> KafkaError {
        let trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let (servers, security) = (self.servers.clone(), self.security.name());
        match (&trouble.refusal, &trouble.reason) {
            (Some(refusal), _) => {
                KafkaError::Refused { servers, security, reason: refusal.clone() }
            }
            (None, seen) => {
                let reason = seen.clone().unwrap_or_else(|| reason.to_owned());
                KafkaError::Unreachable { servers, waited, security, reason }
            }
        }
    }
}

/// Of a consumer that is member of no group.
impl ConsumerContext for Context {}

impl ClientContext for Context {
    /// librdkafka asks for no token unless IAM is what the connection wants.
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = cfg!(feature = "tls");

    /// Whatever matters comes as an error, too.
    fn log(&self, _level: RDKafkaLogLevel, _facility: &str, _message: &str) {}

    fn error(&self, error: Native, reason: &str) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::AllBrokersDown) {
            trouble.away_since.get_or_insert_with(Instant::now);
        }
        match error.rdkafka_error_code() {
            Some(RDKafkaErrorCode::Authentication) => trouble.refusal = Some(reason.to_owned()),
            Some(RDKafkaErrorCode::Fatal) => trouble.fatal = Some(reason.to_owned()),
            // "1/1 brokers are down" says less than what came before it.
            Some(RDKafkaErrorCode::AllBrokersDown) if trouble.reason.is_some() => {}
            _ => trouble.reason = Some(reason.to_owned()),
        }
    }

    #[cfg(feature = "tls")]
    fn generate_oauth_token(
        &self,
        _config: Option<&str>,
    ) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        let Security::MskIam { region } = &self.security else {
            return Err("only IAM has tokens".into());
        };
        crate::iam::token(region)
    }

    #[cfg(not(feature = "tls"))]
    fn generate_oauth_token(
        &self,
        _config: Option<&str>,
    ) -> Result<OAuthToken, Box<dyn std::error::Error>> {
        Err("this build has no TLS".into())
    }
}
