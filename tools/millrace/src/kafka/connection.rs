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
    /// What the brokers expect; all but plaintext needs a build with `--features tls`
    #[arg(long, value_enum, default_value_t = Expected::Plaintext, value_name = "WHAT")]
    security: Expected,
    /// The user, for scram
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// A file whose first line is the user's password, for scram; else `MILLRACE_KAFKA_PASSWORD`
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
            connection = connection.with_ca_file(file);
        }
        Ok(connection)
    }

    fn security(&self) -> Result<Security, Error> {
        Ok(match self.security {
            Expected::Plaintext => Security::Plaintext,
            Expected::Tls => Security::Tls,
            Expected::Scram => {
                let user = self.user.clone().ok_or(Error::Lacking("--security scram", "--user"))?;
                Security::ScramSha512 { user, password: self.password()? }
            }
            Expected::Iam => {
                let region = self.region.clone().or_else(|| variable("AWS_REGION"));
                let region = region.ok_or(Error::Lacking("--security iam", "--region"))?;
                Security::MskIam { region }
            }
        })
    }

    fn password(&self) -> Result<Password, Error> {
        if let Some(path) = &self.password_file {
            let text = std::fs::read_to_string(path)
                .map_err(|source| Error::Unreadable { path: path.clone(), source })?;
            return Ok(Password::new(text.lines().next().unwrap_or_default()));
        }
        let password = variable("MILLRACE_KAFKA_PASSWORD");
        let lacking = Error::Lacking("--security scram", "--password-file");
        password.map(Password::new).ok_or(lacking)
    }
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
