//! What every decoder has to come to, in whatever language it is written.

use std::fmt;

/// Sums over what a batch says. Each member is there to be read: a decoder that skips it, or reads
/// it wrongly, comes to another sum.
///
/// All sums stay below 2⁵³, so that JavaScript's numbers hold them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checksum {
    /// Records.
    pub records: u64,
    /// Offsets, from the first one of the benchmark on.
    pub offsets: u64,
    /// Bytes of decoded keys.
    pub key_bytes: u64,
    /// Bytes of header values.
    pub header_bytes: u64,
    /// Characters of user and sensor identifiers, types of event and currencies.
    pub characters: u64,
    /// The events' own times, in milliseconds from the start of 2026.
    pub times: u64,
    /// Amounts paid, in hundredths.
    pub hundredths: u64,
    /// Readings of sensors.
    pub readings: u64,
    /// What they read, in ten-thousandths.
    pub ten_thousandths: u64,
}

/// The start of 2026, in milliseconds since 1970: times are counted from here.
pub const TIME_ORIGIN_MS: u64 = 1_767_225_600_000;
/// Offsets are counted from here.
pub const OFFSET_ORIGIN: u64 = 4_000_000;

impl fmt::Display for Checksum {
    /// One line, by which results of all languages are compared.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = [
            ("records", self.records),
            ("offsets", self.offsets),
            ("key_bytes", self.key_bytes),
            ("header_bytes", self.header_bytes),
            ("characters", self.characters),
            ("times", self.times),
            ("hundredths", self.hundredths),
            ("readings", self.readings),
            ("ten_thousandths", self.ten_thousandths),
        ];
        for (place, (name, sum)) in members.into_iter().enumerate() {
            let separator = if place == 0 { "" } else { " " };
            write!(formatter, "{separator}{name}={sum}")?;
        }
        Ok(())
    }
}
