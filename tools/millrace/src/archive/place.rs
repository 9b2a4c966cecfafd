//! Where an archive is: a folder, or a bucket.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use aws_config::{BehaviorVersion, Region};
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Credentials;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};

use crate::stack::{CREDENTIALS, REGION};

/// Why an archive cannot be looked into.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlaceError {
    #[error("there is no folder {}; give a folder or s3://BUCKET/PREFIX", .0.display())]
    NoFolder(PathBuf),
    #[error("{} is not a folder; give the folder that it is in", .0.display())]
    NotAFolder(PathBuf),
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("`{0}` names no bucket; write s3://BUCKET or s3://BUCKET/PREFIX")]
    NoBucketName(String),
    #[error("there is no bucket {0}; is it in this account and region?")]
    NoBucket(String),
    #[error("{operation} of s3://{bucket} failed: {reason}")]
    Aws { operation: &'static str, bucket: String, reason: String },
}

/// A folder, or what a bucket has below a prefix.
pub(crate) enum Place {
    Folder(PathBuf),
    Bucket { client: Client, bucket: String, prefix: String },
}

impl Place {
    /// The place of this name; a bucket is at the endpoint, if there is one, and else in AWS.
    pub(crate) async fn find(name: &str, endpoint_url: Option<&str>) -> Result<Self, PlaceError> {
        if let Some(rest) = name.strip_prefix("s3://") {
            let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
            if bucket.is_empty() {
                return Err(PlaceError::NoBucketName(name.to_owned()));
            }
            let client = client(endpoint_url).await;
            return Ok(Self::Bucket {
                client,
                bucket: bucket.to_owned(),
                prefix: prefix.to_owned(),
            });
        }
        // Its own names may say the topic already.
        let path = PathBuf::from(name);
        match fs::canonicalize(&path) {
            Ok(folder) if folder.is_dir() => Ok(Self::Folder(folder)),
            Ok(_) => Err(PlaceError::NotAFolder(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Err(PlaceError::NoFolder(path))
            }
            Err(source) => Err(PlaceError::Unreadable { path, source }),
        }
    }

    /// The keys of all objects, or the paths of all files, sorted.
    pub(crate) async fn keys(&self) -> Result<Vec<String>, PlaceError> {
        let mut keys = Vec::new();
        match self {
            Self::Folder(folder) => walk(folder, &mut keys)?,
            Self::Bucket { client, bucket, prefix } => {
                let request = client.list_objects_v2().bucket(bucket).prefix(prefix);
                let mut pages = request.into_paginator().send();
                while let Some(page) = pages.next().await {
                    let page = page.map_err(|error| aws_error("ListObjectsV2", bucket, &error))?;
                    let objects = page.contents.unwrap_or_default().into_iter();
                    // What the console makes for a folder is an object too.
                    keys.extend(
                        objects.filter_map(|object| object.key).filter(|key| !key.ends_with('/')),
                    );
                }
            }
        }
        keys.sort();
        Ok(keys)
    }

    /// Opens an object.
    pub(crate) async fn open(&self, key: &str) -> Result<Box<dyn Read + Send>, PlaceError> {
        match self {
            Self::Folder(_) => {
                let file = fs::File::open(key)
                    .map_err(|source| PlaceError::Unreadable { path: key.into(), source })?;
                Ok(Box::new(file))
            }
            Self::Bucket { client, bucket, .. } => {
                let request = client.get_object().bucket(bucket).key(key).send();
                let object =
                    request.await.map_err(|error| aws_error("GetObject", bucket, &error))?;
                let body = object.body.collect().await.map_err(|error| PlaceError::Aws {
                    operation: "GetObject",
                    bucket: bucket.clone(),
                    reason: error.to_string(),
                })?;
                Ok(Box::new(io::Cursor::new(body.into_bytes())))
            }
        }
    }
}

fn walk(folder: &Path, keys: &mut Vec<String>) -> Result<(), PlaceError> {
    let unreadable = |source| PlaceError::Unreadable { path: folder.to_owned(), source };
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        // Not what an operating system or a tool hides there.
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        let path = entry.path();
        if path.is_dir() {
            walk(&path, keys)?;
        } else {
            keys.push(path.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

/// Endpoints of one's own never get credentials of a real account.
async fn client(endpoint_url: Option<&str>) -> Client {
    let loader = aws_config::defaults(BehaviorVersion::latest());
    let config = match endpoint_url {
        None => loader.load().await,
        Some(url) => {
            let credentials = Credentials::new(CREDENTIALS, CREDENTIALS, None, None, "millrace");
            let loader = loader.region(Region::from_static(REGION));
            loader.credentials_provider(credentials).endpoint_url(url).load().await
        }
    };
    let s3 = aws_sdk_s3::config::Builder::from(&config);
    Client::from_conf(s3.force_path_style(endpoint_url.is_some()).build())
}

fn aws_error<E>(operation: &'static str, bucket: &str, error: &SdkError<E>) -> PlaceError
where
    E: std::error::Error + ProvideErrorMetadata + 'static,
{
    if error.code() == Some("NoSuchBucket") {
        return PlaceError::NoBucket(bucket.to_owned());
    }
    let reason = DisplayErrorContext(error).to_string();
    PlaceError::Aws { operation, bucket: bucket.to_owned(), reason }
}
