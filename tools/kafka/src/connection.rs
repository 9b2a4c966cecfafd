//! Where the brokers are, and how a client proves who it is.

use std::fmt;
use std::path::PathBuf;

use rdkafka::ClientConfig;
use rdkafka::config::RDKafkaLogLevel;

use crate::error::KafkaError;

/// How long a broker may take to answer before it counts as away.
pub(crate) const ANSWER_WITHIN: std::time::Duration = std::time::Duration::from_secs(5);

/// A cluster, and how to speak with it. Clients are made from it; it connects to nothing itself.
#[derive(Clone, Debug)]
pub struct Connection {
    bootstrap_servers: String,
    security: Security,
    ca_file: Option<PathBuf>,
}

/// What the brokers expect of a client.
#[derive(Clone, Debug, Default)]
pub enum Security {
    /// Nothing, and nothing is encrypted (MSK: port 9092).
    #[default]
    Plaintext,
    /// Encryption alone (MSK: port 9094).
    Tls,
    /// SASL/PLAIN without TLS, so that anybody who listens reads the password: for a broker of one's own.
    /// MSK has none of it.
    SaslPlain {
        /// The user's name.
        user: String,
        /// The user's password.
        password: Password,
    },
    /// SASL/SCRAM-SHA-512 over TLS (MSK: port 9096).
    ScramSha512 {
        /// The user's name.
        user: String,
        /// The user's password.
        password: Password,
    },
    /// IAM over TLS (MSK: port 9098), with the credentials that the AWS SDK finds.
    MskIam {
        /// The cluster's region, such as `eu-central-1`.
        region: String,
    },
}

/// A password, which no log shows.
#[derive(Clone)]
pub struct Password(String);

impl Connection {
    /// A cluster without TLS.
    ///
    /// The servers are `host:port`, with commas between: some of the cluster's brokers, of which one
    /// has to answer.
    pub fn plaintext(bootstrap_servers: impl Into<String>) -> Self {
        let bootstrap_servers = bootstrap_servers.into();
        Self { bootstrap_servers, security: Security::Plaintext, ca_file: None }
    }

    /// Any cluster.
    ///
    /// # Errors
    /// When TLS is needed and this crate was built without its feature `tls`.
    pub fn new(
        bootstrap_servers: impl Into<String>,
        security: Security,
    ) -> Result<Self, KafkaError> {
        if cfg!(not(feature = "tls")) && security.needs_tls() {
            return Err(KafkaError::NoTls { wanted: security.name() });
        }
        let bootstrap_servers = bootstrap_servers.into();
        Ok(Self { bootstrap_servers, security, ca_file: None })
    }

    /// Trusts the certificate authorities of a PEM file, and no others.
    #[must_use]
    pub fn with_ca_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(file.into());
        self
    }

    /// Where the brokers are.
    pub fn bootstrap_servers(&self) -> &str {
        &self.bootstrap_servers
    }

    /// What the brokers expect.
    pub fn security(&self) -> &Security {
        &self.security
    }

    /// What every client has in common.
    pub(crate) fn client_config(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set_log_level(RDKafkaLogLevel::Warning);
        config.set("client.id", "millrace");
        config.set("bootstrap.servers", &self.bootstrap_servers);
        // A request is waiting for its answer more often than it is worth to wait for another one.
        config.set("socket.nagle.disable", "true");
        // Idle connections are closed by brokers all the time.
        config.set("log.connection.close", "false");
        if let Some(file) = &self.ca_file {
            config.set("ssl.ca.location", file.to_string_lossy());
        }
        match &self.security {
            Security::Plaintext => {}
            Security::Tls => {
                config.set("security.protocol", "SSL");
            }
            Security::SaslPlain { user, password } => {
                config.set("security.protocol", "SASL_PLAINTEXT");
                config.set("sasl.mechanism", "PLAIN");
                config.set("sasl.username", user);
                config.set("sasl.password", &password.0);
            }
            Security::ScramSha512 { user, password } => {
                config.set("security.protocol", "SASL_SSL");
                config.set("sasl.mechanism", "SCRAM-SHA-512");
                config.set("sasl.username", user);
                config.set("sasl.password", &password.0);
            }
            Security::MskIam { .. } => {
                config.set("security.protocol", "SASL_SSL");
                config.set("sasl.mechanism", "OAUTHBEARER");
            }
        }
        config
    }
}

impl Security {
    fn needs_tls(&self) -> bool {
        !matches!(self, Self::Plaintext | Self::SaslPlain { .. })
    }

    /// What it is, in a word or two.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Plaintext => "plaintext",
            Self::Tls => "TLS",
            Self::SaslPlain { .. } => "SASL/PLAIN",
            Self::ScramSha512 { .. } => "SCRAM",
            Self::MskIam { .. } => "IAM",
        }
    }
}

impl Password {
    /// A password as it is.
    pub fn new(password: impl Into<String>) -> Self {
        Self(password.into())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Password(…)")
    }
}
