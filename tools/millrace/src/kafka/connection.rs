//! Which cluster, and how to get in.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use millrace_kafka::{Connection, Password, Security};

use crate::error::Error;

/// Which cluster, and how to get in.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Kafka")]
pub(crate) struct ConnectionOptions {
    /// Some of the cluster's brokers, with commas between
    #[arg(long, env = "MILLRACE_BOOTSTRAP_SERVERS", value_name = "HOST:PORT,…")]
    bootstrap_servers: Option<String>,
    /// What the brokers expect; tls, scram and iam need a build with `--features tls`
    #[arg(long, value_enum, default_value_t = Expected::Plaintext, value_name = "WHAT")]
    security: Expected,
    /// The user, for scram and plain
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file whose first line is the user's password, for scram and plain; else
    /// `MILLRACE_KAFKA_PASSWORD`
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The cluster's region, for iam; else `AWS_REGION`
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// A PEM file with the certificate authorities to trust, instead of the system's
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Expected {
    /// Nothing (MSK: port 9092)
    Plaintext,
    /// A user and a password that anybody on the way can read, SASL/PLAIN: for a broker of one's own
    Plain,
    /// Encryption alone (MSK: port 9094)
    Tls,
    /// A user and a password, SASL/SCRAM-SHA-512 (MSK: port 9096)
    Scram,
    /// An IAM identity, with the credentials that the AWS SDK finds (MSK: port 9098)
    Iam,
}

impl ConnectionOptions {
    /// The cluster; an error that says how to name one if none is given.
    pub(crate) fn connection(&self) -> Result<Connection, Error> {
        self.connection_if_any()?.ok_or(Error::NoBrokers)
    }

    /// The cluster; else the one of these brokers; an error if there is neither.
    pub(crate) fn connection_or(&self, servers: Option<&str>) -> Result<Connection, Error> {
        let given = self.bootstrap_servers.as_deref();
        self.connection_to(given.or(servers).ok_or(Error::NoBrokers)?)
    }

    /// The cluster, if one is given.
    pub(crate) fn connection_if_any(&self) -> Result<Option<Connection>, Error> {
        self.bootstrap_servers.as_deref().map(|servers| self.connection_to(servers)).transpose()
    }

    fn connection_to(&self, servers: &str) -> Result<Connection, Error> {
        let mut connection = Connection::new(servers, self.security()?)?;
        if let Some(file) = &self.ca_file {
            // OpenSSL does not say which file it could not read.
            let unreadable = |source| Error::Unreadable { path: file.clone(), source };
            std::fs::File::open(file).map_err(unreadable)?;
            connection = connection.with_ca_file(file);
        }
        Ok(connection)
    }

    fn security(&self) -> Result<Security, Error> {
        Ok(match self.security {
            Expected::Plaintext => Security::Plaintext,
            Expected::Tls => Security::Tls,
            Expected::Plain => {
                let (user, password) = self.user_and_password("--security plain")?;
                Security::SaslPlain { user, password }
            }
            Expected::Scram => {
                let (user, password) = self.user_and_password("--security scram")?;
                Security::ScramSha512 { user, password }
            }
            Expected::Iam => {
                let region = self.region.clone().or_else(|| variable("AWS_REGION"));
                let region = region.ok_or(Error::Lacking("--security iam", "--region"))?;
                Security::MskIam { region }
            }
        })
    }

    fn user_and_password(&self, wanted_by: &'static str) -> Result<(String, Password), Error> {
        let user = self.user.clone().ok_or(Error::Lacking(wanted_by, "--user"))?;
        let Some(path) = &self.password_file else {
            let password = variable("MILLRACE_KAFKA_PASSWORD");
            let password = password.ok_or(Error::Lacking(wanted_by, "--password-file"))?;
            return Ok((user, Password::new(password)));
        };
        let text = std::fs::read_to_string(path)
            .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
        Ok((user, Password::new(text.lines().next().unwrap_or_default())))
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
