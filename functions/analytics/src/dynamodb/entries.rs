//! The entries of requests, as JSON.

/// The JSON of entries, one after the other. Each is made once: for its size, and for every request
/// that it goes into.
#[derive(Debug, Default)]
pub(super) struct Entries {
    json: String,
    ends: Vec<usize>,
}

impl Entries {
    /// Entries of these items, each made by `write`.
    pub(super) fn of<T>(
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut String, T),
    ) -> Self {
        let mut entries = Self::default();
        for item in items {
            write(&mut entries.json, item);
            entries.ends.push(entries.json.len());
        }
        entries
    }

    /// The bytes of one entry.
    pub(super) fn size(&self, place: usize) -> usize {
        self.get(place).len()
    }

    fn get(&self, place: usize) -> &str {
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.json[start..self.ends[place]]
    }

    /// A request of the entries at these places: what comes before them, they, with commas between
    /// them, and what comes after.
    pub(super) fn request(&self, before: &str, places: &[usize], after: &str) -> String {
        let bytes: usize = places.iter().map(|&place| self.size(place) + 1).sum();
        let mut json = String::with_capacity(before.len() + bytes + after.len());
        json.push_str(before);
        for (number, &place) in places.iter().enumerate() {
            if number > 0 {
                json.push(',');
            }
            json.push_str(self.get(place));
        }
        json.push_str(after);
        json
    }
}
