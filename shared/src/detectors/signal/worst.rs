use crate::events::Reading;

/// The readings of one event that are to be alerted, one of each measure: an alert's identifier
/// derives from its event, its detector and its measure.
#[derive(Debug)]
pub(in super::super) struct WorstByMeasure<'event, Details>(
    Vec<(&'event Reading<'event>, Details)>,
);

impl<Details> Default for WorstByMeasure<'_, Details> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'event, Details> WorstByMeasure<'event, Details> {
    /// Notes a reading, in place of an earlier one of its measure: a later one is alerted only if it
    /// is worse.
    pub(in super::super) fn note(&mut self, reading: &'event Reading<'event>, details: Details) {
        match self.0.iter_mut().find(|(noted, _)| noted.measure == reading.measure) {
            Some(noted) => *noted = (reading, details),
            None => self.0.push((reading, details)),
        }
    }
}

impl<'event, Details> IntoIterator for WorstByMeasure<'event, Details> {
    type Item = (&'event Reading<'event>, Details);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
