//! `CreateDeliveryStream`: takes what is done here and refuses what would silently not be.

use awsim_core::AwsError;
use jiff::Timestamp;
use serde_json::Value;

use super::limits::invalid;
use super::object_key;
use super::stream::{Destination, Stream};
use crate::call::{ACCOUNT, Caller};

pub(crate) fn stream(input: &Value, caller: &Caller) -> Result<Stream, AwsError> {
    let name = input["DeliveryStreamName"].as_str().unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    if !(1..=64).contains(&name.len()) || !name.bytes().all(allowed) {
        return Err(invalid("DeliveryStreamName must be 1 to 64 of A-Z, a-z, 0-9, _, . and -"));
    }
    if input["DeliveryStreamType"].as_str().is_some_and(|kind| kind != "DirectPut") {
        return Err(invalid("only DeliveryStreamType DirectPut exists here"));
    }
    Ok(Stream {
        name: name.to_owned(),
        arn: format!("arn:aws:firehose:{}:{ACCOUNT}:deliverystream/{name}", caller.region),
        destination: destination(&input["ExtendedS3DestinationConfiguration"])?,
        created: Timestamp::now(),
        records: Vec::new(),
        buffer: Vec::new(),
        buffered_since: None,
        object_keys: Vec::new(),
        last_error: None,
    })
}

fn destination(configuration: &Value) -> Result<Destination, AwsError> {
    if !configuration.is_object() {
        return Err(invalid("only ExtendedS3DestinationConfiguration exists here"));
    }
    for feature in ["DynamicPartitioningConfiguration", "ProcessingConfiguration"] {
        if configuration[feature]["Enabled"] == true {
            return Err(invalid(&format!("{feature} does not exist here")));
        }
    }
    // Unlike the others, format conversion is on unless it says that it is not.
    let conversion = &configuration["DataFormatConversionConfiguration"];
    if conversion.is_object() && conversion["Enabled"] != false {
        return Err(invalid("DataFormatConversionConfiguration does not exist here"));
    }
    let bucket_arn = configuration["BucketARN"].as_str().unwrap_or_default();
    if !bucket_arn.starts_with("arn:aws:s3:::") {
        return Err(invalid("BucketARN must be arn:aws:s3::: and the bucket's name"));
    }
    let role_arn = configuration["RoleARN"].as_str().unwrap_or_default();
    if role_arn.is_empty() {
        return Err(invalid("RoleARN is required"));
    }
    let is_gzip = match configuration["CompressionFormat"].as_str().unwrap_or("UNCOMPRESSED") {
        "UNCOMPRESSED" => false,
        "GZIP" => true,
        _ => return Err(invalid("only CompressionFormat UNCOMPRESSED and GZIP exist here")),
    };
    let hints = &configuration["BufferingHints"];
    let buffer_mib = hints["SizeInMBs"].as_u64().unwrap_or(5);
    let buffer_seconds = hints["IntervalInSeconds"].as_u64().unwrap_or(300);
    if !(1..=128).contains(&buffer_mib) || buffer_seconds > 900 {
        return Err(invalid("BufferingHints must be 1 to 128 MBs and 0 to 900 seconds"));
    }
    let prefix = configuration["Prefix"].as_str().unwrap_or_default();
    object_key::check(prefix).map_err(|reason| invalid(&reason))?;
    Ok(Destination {
        bucket_arn: bucket_arn.to_owned(),
        role_arn: role_arn.to_owned(),
        prefix: prefix.to_owned(),
        buffer_mib: usize::try_from(buffer_mib).unwrap_or(usize::MAX),
        buffer_seconds,
        is_gzip,
    })
}
