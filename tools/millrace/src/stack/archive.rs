//! Where `relay` writes: a bucket, and a delivery stream that delivers to it.

use std::collections::BTreeMap;

use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, ExtendedS3DestinationConfiguration,
};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use super::{Aws, Stack};
use crate::error::Error;

/// One stream for all topics; by its own time, as Firehose knows no other.
const PREFIX: &str =
    "stream/year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}/";
/// Firehose's own defaults: small enough for a demo to make several objects.
const BUFFER_MIB: i32 = 5;
/// Less than Firehose's own 300, for who waits for an object of `millrace endpoints`.
const BUFFER_SECONDS: i32 = 60;

/// The bucket and the delivery stream.
#[derive(Clone, Debug)]
pub(crate) struct Archive {
    /// The bucket's name.
    pub(crate) bucket: String,
    /// The delivery stream's name.
    pub(crate) stream: String,
}

/// What a delivery stream took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Taken {
    /// Firehose records.
    pub(crate) records: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
}

impl Archive {
    /// Creates whatever is not there yet.
    pub(super) async fn create(aws: &Aws, prefix: &str) -> Result<Self, Error> {
        let (bucket, stream) = (format!("{prefix}-archive"), format!("{prefix}-archive"));
        let created = aws.s3.create_bucket().bucket(&bucket).send().await;
        unless_there("CreateBucket", &bucket, aws, created)?;

        let hints = BufferingHints::builder().size_in_mbs(BUFFER_MIB);
        let destination = ExtendedS3DestinationConfiguration::builder()
            .role_arn("arn:aws:iam::000000000000:role/firehose")
            .bucket_arn(format!("arn:aws:s3:::{bucket}"))
            .prefix(PREFIX)
            .buffering_hints(hints.interval_in_seconds(BUFFER_SECONDS).build())
            .compression_format(CompressionFormat::Gzip)
            .build()
            .map_err(|error| aws.error("CreateDeliveryStream", &stream, &error))?;
        let request = aws.firehose.create_delivery_stream().delivery_stream_name(&stream);
        let request = request.extended_s3_destination_configuration(destination);
        let created = Box::pin(request.send()).await;
        unless_there("CreateDeliveryStream", &stream, aws, created)?;
        Ok(Self { bucket, stream })
    }

    /// Deletes both, as far as they can be.
    pub(super) async fn delete(&self, aws: &Aws) {
        let request = aws.firehose.delete_delivery_stream().delivery_stream_name(&self.stream);
        let _ = request.send().await;
        for key in self.objects(aws).await.unwrap_or_default().keys() {
            let _ = aws.s3.delete_object().bucket(&self.bucket).key(key).send().await;
        }
        let _ = aws.s3.delete_bucket().bucket(&self.bucket).send().await;
    }

    async fn objects(&self, aws: &Aws) -> Result<BTreeMap<String, u64>, Error> {
        let mut objects = BTreeMap::new();
        let mut pages = aws.s3.list_objects_v2().bucket(&self.bucket).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| aws.error("ListObjectsV2", &self.bucket, &error))?;
            for object in page.contents.unwrap_or_default() {
                let bytes = object.size.and_then(|bytes| u64::try_from(bytes).ok());
                objects.insert(object.key.unwrap_or_default(), bytes.unwrap_or_default());
            }
        }
        Ok(objects)
    }
}

impl Stack {
    /// Lets the delivery stream deliver now what it holds back; only endpoints of our own can be
    /// told to.
    pub(crate) fn deliver(&self) {
        if let Some(endpoints) = &self.aws.embedded {
            endpoints.flush_delivery_streams();
        }
    }

    /// What the delivery stream has taken so far; only endpoints of our own tell.
    pub(crate) fn taken(&self) -> Option<Taken> {
        let endpoints = self.aws.embedded.as_ref()?;
        let stream = endpoints.delivery_stream(&self.resources.archive.stream)?;
        let bytes = stream.records.iter().map(|record| record.len() as u64).sum();
        Some(Taken { records: stream.records.len() as u64, bytes })
    }

    /// The keys in the archive's bucket, with the objects' sizes in bytes.
    pub(crate) async fn objects(&self) -> Result<BTreeMap<String, u64>, Error> {
        self.resources.archive.objects(&self.aws).await
    }

    /// An object of the archive's bucket.
    pub(crate) async fn object(&self, key: &str) -> Result<Vec<u8>, Error> {
        let request = self.aws.s3.get_object().bucket(&self.resources.archive.bucket).key(key);
        let object =
            request.send().await.map_err(|error| self.aws.error("GetObject", key, &error))?;
        let body = object.body.collect().await;
        Ok(body.map_err(|error| self.aws.error("GetObject", key, &error))?.to_vec())
    }
}

/// That something is there already is what was wanted.
pub(super) fn unless_there<T, E, R>(
    operation: &'static str,
    resource: &str,
    aws: &Aws,
    created: Result<T, SdkError<E, R>>,
) -> Result<(), Error>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    const THERE: [&str; 3] =
        ["BucketAlreadyExists", "BucketAlreadyOwnedByYou", "ResourceInUseException"];
    match created {
        Err(error) if !error.code().is_some_and(|code| THERE.contains(&code)) => {
            Err(aws.error(operation, resource, &error))
        }
        _ => Ok(()),
    }
}
