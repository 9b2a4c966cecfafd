//! Where batches go that are given up.

use std::fmt;
use std::str::FromStr;

/// An on-failure destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Destination {
    /// `arn:…:s3:::BUCKET`
    S3 {
        /// The bucket's name.
        bucket: String,
    },
    /// `arn:…:sqs:REGION:ACCOUNT:QUEUE`
    Sqs {
        /// The queue's account.
        account: String,
        /// The queue's name.
        queue: String,
    },
    /// `arn:…:sns:REGION:ACCOUNT:TOPIC`
    Sns {
        /// The topic's ARN.
        arn: String,
    },
    /// `kafka://TOPIC`, of the cluster that is read.
    Kafka {
        /// The topic's name.
        topic: String,
    },
}

/// What is no destination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{given}` is no destination for failed batches; give the ARN of an S3 bucket, of a standard SQS \
     queue or of a standard SNS topic, or kafka://TOPIC"
)]
pub struct DestinationError {
    given: String,
}

impl FromStr for Destination {
    type Err = DestinationError;

    fn from_str(text: &str) -> Result<Self, DestinationError> {
        let refuse = || DestinationError { given: text.to_owned() };
        if let Some(topic) = text.strip_prefix("kafka://") {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            let is_topic = (1..=249).contains(&topic.len()) && topic.bytes().all(is_name);
            return if is_topic {
                Ok(Destination::Kafka { topic: topic.to_owned() })
            } else {
                Err(refuse())
            };
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", _, service, _, account, name] = parts[..] else { return Err(refuse()) };
        let is_fifo = name.strip_suffix(".fifo").is_some();
        if name.is_empty() || is_fifo {
            return Err(refuse());
        }
        match service {
            "s3" if !name.contains('/') => Ok(Destination::S3 { bucket: name.to_owned() }),
            "sqs" => Ok(Destination::Sqs { account: account.to_owned(), queue: name.to_owned() }),
            "sns" => Ok(Destination::Sns { arn: text.to_owned() }),
            _ => Err(refuse()),
        }
    }
}

impl fmt::Display for Destination {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Destination::S3 { bucket } => write!(formatter, "s3://{bucket}"),
            Destination::Sqs { queue, .. } => write!(formatter, "the queue {queue}"),
            Destination::Sns { arn } => formatter.write_str(arn),
            Destination::Kafka { topic } => write!(formatter, "kafka://{topic}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_arns_or_topics() {
        let read = |text: &str| text.parse::<Destination>();
        let bucket = Destination::S3 { bucket: "failed".to_owned() };
        assert_eq!(read("arn:aws:s3:::failed"), Ok(bucket));
        let queue = Destination::Sqs { account: "123".to_owned(), queue: "failed".to_owned() };
        assert_eq!(read("arn:aws:sqs:us-east-1:123:failed"), Ok(queue));
        let arn = "arn:aws-cn:sns:cn-north-1:123:failed";
        assert_eq!(read(arn), Ok(Destination::Sns { arn: arn.to_owned() }));
        let topic = Destination::Kafka { topic: "orders.failed".to_owned() };
        assert_eq!(read("kafka://orders.failed"), Ok(topic));
    }

    /// "SQS and SNS (standard only)"
    #[test]
    fn what_lambda_does_not_take_is_refused() {
        for text in [
            "",
            "failed",
            "kafka://",
            "kafka://a b",
            "arn:aws:s3:::",
            "arn:aws:s3:::bucket/prefix",
            "arn:aws:lambda:us-east-1:123:function:f",
            "arn:aws:sqs:us-east-1:123:failed.fifo",
            "arn:aws:sns:us-east-1:123:failed.fifo",
        ] {
            assert!(text.parse::<Destination>().is_err(), "{text}");
        }
    }
}
