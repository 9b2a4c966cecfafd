//! What labels have taught: merchants, and parts of the calibration.

use millrace_shared::fraud::{
    Calibration, CalibratorProfile, Counts, MerchantProfile, Posterior, RecentLabel,
};
use thiserror::Error;

use super::attribute::{AttributeError, Attributes};
use super::value;

/// The version of both binary forms.
const VERSION: u8 = 1;

/// What labels have taught cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub(super) enum TaughtError {
    /// It is of a release that this one does not know.
    #[error(
        "what labels taught has version {found}, this release reads {VERSION}; deploy the release that wrote it"
    )]
    UnknownVersion { found: u8 },
    /// The bytes are nothing that labels taught.
    #[error("what labels taught cannot be read; delete the item to start it afresh")]
    Unreadable,
}

/// What people read of a merchant: `compromised` is the probability at the newest label.
pub(super) fn write_merchant(merchant: &MerchantProfile, item: &mut impl value::Attributes) {
    let newest = merchant.posterior.newest();
    item.named("compromised").float(merchant.posterior.at(newest));
    item.named("newest").time(newest);
    item.named("labels").count(merchant.labels);
    item.named("frauds").count(merchant.frauds);
}

pub(super) fn encode_merchant(merchant: &MerchantProfile) -> Vec<u8> {
    encode(&(merchant.posterior, &merchant.recent))
}

pub(super) fn read_merchant(
    item: &Attributes<'_>,
    stored: &[u8],
) -> Result<Result<MerchantProfile, TaughtError>, AttributeError> {
    let (labels, frauds) = (item.count("labels")?, item.count("frauds")?);
    let decoded: Result<(Posterior, Vec<RecentLabel>), _> = decode(stored);
    Ok(decoded.map(|(posterior, recent)| MerchantProfile { posterior, labels, frauds, recent }))
}

pub(super) fn write_calibrator(calibrator: &CalibratorProfile, item: &mut impl value::Attributes) {
    let total = calibrator.calibration.total();
    item.named("labels").count(calibrator.labels);
    item.named("counted").count(total.all.into());
    item.named("frauds").count(total.frauds.into());
}

pub(super) fn encode_calibrator(calibrator: &CalibratorProfile) -> Vec<u8> {
    encode(&calibrator.calibration.to_sparse())
}

pub(super) fn read_calibrator(
    item: &Attributes<'_>,
    stored: &[u8],
) -> Result<Result<CalibratorProfile, TaughtError>, AttributeError> {
    let labels = item.count("labels")?;
    let decoded: Result<Vec<(u16, Counts)>, _> = decode(stored);
    let profile = |sparse: Vec<_>| CalibratorProfile {
        calibration: Calibration::from_sparse(&sparse),
        labels,
    };
    Ok(decoded.map(profile))
}

fn encode(taught: &impl serde::Serialize) -> Vec<u8> {
    let Ok(bytes) = postcard::to_extend(taught, vec![VERSION]) else {
        unreachable!("postcard writes what labels taught into a growing vector")
    };
    bytes
}

fn decode<T: serde::de::DeserializeOwned>(stored: &[u8]) -> Result<T, TaughtError> {
    match stored.split_first() {
        Some((&VERSION, taught)) => {
            postcard::from_bytes(taught).map_err(|_| TaughtError::Unreadable)
        }
        Some((&found, _)) => Err(TaughtError::UnknownVersion { found }),
        None => Err(TaughtError::Unreadable),
    }
}
