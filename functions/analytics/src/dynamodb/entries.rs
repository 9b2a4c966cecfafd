//! The entries of requests, as JSON.

use std::ops::Range;

/// What is reserved for a block.
const BLOCK_BYTES: usize = 64 * 1024;
/// From where on the next entry goes into another block: most fit into what is left then.
const FULL_BYTES: usize = 56 * 1024;

/// The JSON of entries, one after the other. Each is made once: for its size, and for every request
/// that it goes into.
///
/// In blocks, because the thousands of states of a large batch take megabytes, and one text that grows to that size
/// is copied each time that it doubles, and stands there twice meanwhile.
#[derive(Debug, Default)]
pub(super) struct Entries {
    blocks: Vec<String>,
    spans: Vec<Span>,
}

/// Where an entry is.
#[derive(Debug)]
struct Span {
    block: usize,
    bytes: Range<usize>,
}

impl Entries {
    /// Entries of these items, each made by `write`.
    pub(super) fn of<T>(
        items: impl IntoIterator<Item = T>,
        write: impl Fn(&mut String, T),
    ) -> Self {
        let (mut blocks, mut spans) = (Vec::new(), Vec::new());
        let mut json = String::with_capacity(BLOCK_BYTES);
        for item in items {
            if json.len() > FULL_BYTES {
                blocks.push(std::mem::replace(&mut json, String::with_capacity(BLOCK_BYTES)));
            }
            let start = json.len();
            write(&mut json, item);
            spans.push(Span { block: blocks.len(), bytes: start..json.len() });
        }
        blocks.push(json);
        Self { blocks, spans }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.spans.len()
    }

    /// The bytes of one entry.
    pub(super) fn size(&self, place: usize) -> usize {
        self.spans[place].bytes.len()
    }

    fn get(&self, place: usize) -> &str {
        let span = &self.spans[place];
        &self.blocks[span.block][span.bytes.clone()]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_comes_out_as_it_was_written_whichever_block_it_is_in() {
        let written = |number: usize| format!("<{}>", "x".repeat(number * 37 % 5_000));
        let entries = Entries::of(0..200, |json, number| json.push_str(&written(number)));
        assert!(entries.blocks.len() > 5);
        assert!(entries.blocks.iter().all(|block| block.capacity() <= 2 * BLOCK_BYTES));
        for number in 0..200 {
            assert_eq!(entries.get(number), written(number));
            assert_eq!(entries.size(number), written(number).len());
        }
        let request = entries.request("[", &[199, 0, 1], "]");
        assert_eq!(request, format!("[{},<>,{}]", written(199), written(1)));
    }

    #[test]
    fn an_entry_longer_than_a_block_stays_whole() {
        let long = "y".repeat(3 * BLOCK_BYTES);
        let entries = Entries::of(["a", long.as_str(), "b", "c"], String::push_str);
        assert_eq!(entries.request("", &[0, 1, 2, 3], ""), format!("a,{long},b,c"));
        assert_eq!(entries.blocks.len(), 2);
    }
}
