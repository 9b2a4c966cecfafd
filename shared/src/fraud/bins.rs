use serde::{Deserialize, Serialize};

/// How many bins of amounts: eight to an octave, up to a million.
pub(super) const AMOUNTS: usize = 160;
const TO_AN_OCTAVE: f64 = 8.0;
/// How many bins of deviations: one for none, then tenths from -3 on.
pub(super) const DEVIATIONS: usize = 128;
const LEAST_DEVIATION: f64 = -3.0;
const TO_A_DEVIATION: f64 = 10.0;

/// Where a payment falls, among all there are: what is kept of it until its label comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bins {
    amount: u8,
    deviation: u8,
}

impl Bins {
    /// The bins of an amount, and of how many deviations it is above its customer's mean.
    pub(crate) fn new(amount: f64, deviations: Option<f64>) -> Self {
        let octaves = libm::log2(1.0 + amount.max(0.0));
        let deviation = deviations.map_or(0, |deviations| {
            1 + number((deviations - LEAST_DEVIATION) * TO_A_DEVIATION, DEVIATIONS - 1)
        });
        Self { amount: number(octaves * TO_AN_OCTAVE, AMOUNTS), deviation }
    }

    /// The number of the amount's bin, below [`AMOUNTS`] unless it was read from what is no bin.
    pub(super) fn amount(self) -> usize {
        usize::from(self.amount)
    }

    /// The number of the deviation's bin, below [`DEVIATIONS`] unless it was read likewise.
    pub(super) fn deviation(self) -> usize {
        usize::from(self.deviation)
    }
}

/// The bin that a number falls into, out of so many.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 159")]
fn number(number: f64, bins: usize) -> u8 {
    let last = u8::try_from(bins - 1).unwrap_or(u8::MAX);
    number.floor().clamp(0.0, last.into()) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins(amount: f64, deviations: Option<f64>) -> (usize, usize) {
        let bins = Bins::new(amount, deviations);
        (bins.amount(), bins.deviation())
    }

    #[test]
    fn amounts_are_by_octaves_and_deviations_by_tenths() {
        assert_eq!(bins(0.0, None), (0, 0));
        // log2(1 + 255) is 8.
        assert_eq!(bins(255.0, Some(-3.0)), (64, 1));
        assert_eq!(bins(255.0, Some(0.0)), (64, 31));
        assert_eq!(bins(255.0, Some(2.05)), (64, 51));
    }

    #[test]
    fn whatever_is_beyond_is_in_the_last_or_first() {
        assert_eq!(bins(1e12, Some(1e30)), (159, 127));
        assert_eq!(bins(-5.0, Some(-1e30)), (0, 1));
        assert_eq!(bins(f64::INFINITY, Some(f64::NAN)), (159, 1));
    }
}
