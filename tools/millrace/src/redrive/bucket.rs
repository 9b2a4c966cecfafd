//! Failed batches in S3.

use std::collections::VecDeque;

use aws_sdk_s3::Client;
use aws_sdk_s3::error::DisplayErrorContext;

use super::files::entry;
use super::report::Report;
use super::source::{Entry, Handle, WAVE_BYTES};
use crate::error::Error;

pub(super) struct Bucket {
    client: Client,
    name: String,
    /// The keys that have not been read yet, in order, which is that of their time.
    keys: VecDeque<String>,
}

impl Bucket {
    pub(super) async fn list(client: Client, bucket: &str, prefix: &str) -> Result<Self, Error> {
        let mut keys = Vec::new();
        let request = client.list_objects_v2().bucket(bucket).prefix(prefix);
        let mut pages = request.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| call_error("ListObjectsV2", bucket, &error))?;
            let objects = page.contents.unwrap_or_default().into_iter();
            // What the console makes for a folder is an object too.
            keys.extend(objects.filter_map(|object| object.key).filter(|key| !key.ends_with('/')));
        }
        keys.sort();
        Ok(Self { client, name: bucket.to_owned(), keys: keys.into() })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) async fn next_wave(&mut self, report: &mut Report) -> Result<Vec<Entry>, Error> {
        let mut entries = Vec::new();
        let mut bytes = 0;
        while bytes < WAVE_BYTES
            && let Some(key) = self.keys.pop_front()
        {
            let body = self.get(&key).await?;
            bytes += body.len();
            entries.extend(entry(&key, &body, Handle::Object(key.clone()), report));
        }
        Ok(entries)
    }

    async fn get(&self, key: &str) -> Result<Vec<u8>, Error> {
        let request = self.client.get_object().bucket(&self.name).key(key);
        let object = request.send().await.map_err(|error| self.error("GetObject", key, &error))?;
        let body = object.body.collect().await;
        Ok(body.map_err(|error| self.error("GetObject", key, &error))?.to_vec())
    }

    pub(super) async fn delete(&self, key: &str) -> Result<(), Error> {
        let request = self.client.delete_object().bucket(&self.name).key(key);
        request.send().await.map_err(|error| self.error("DeleteObject", key, &error))?;
        Ok(())
    }

    fn error(
        &self,
        operation: &'static str,
        key: &str,
        error: &(dyn std::error::Error + 'static),
    ) -> Error {
        call_error(operation, &format!("s3://{}/{key}", self.name), error)
    }
}

fn call_error(
    operation: &'static str,
    resource: &str,
    error: &(dyn std::error::Error + 'static),
) -> Error {
    let reason = DisplayErrorContext(error).to_string();
    Error::Call { operation, resource: resource.to_owned(), reason }
}
