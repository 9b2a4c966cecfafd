//! What JSON is read from.

/// Bytes, of which each string may or may not be text, or text as a whole, whose slices need no second check.
pub trait Source {
    /// All of it.
    fn bytes(&self) -> &[u8];

    /// A part of it that begins and ends beside an ASCII character; empty where it does not.
    fn part(&self, start: usize, end: usize) -> &Self;
}

impl Source for [u8] {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self
    }

    #[inline]
    fn part(&self, start: usize, end: usize) -> &Self {
        self.get(start..end).unwrap_or_default()
    }
}

impl Source for str {
    #[inline]
    fn bytes(&self) -> &[u8] {
        self.as_bytes()
    }

    #[inline]
    fn part(&self, start: usize, end: usize) -> &Self {
        self.get(start..end).unwrap_or_default()
    }
}
