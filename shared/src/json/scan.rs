//! Looking for what ends a token, eight bytes at a time.
//!
//! Most names, texts and numbers of a document are short: a word or two, looked at in place, take less time than a call
//! into a search that is made for long texts. What is longer is left to `memchr`.

use memchr::memchr2;

const WORD: usize = size_of::<u64>();

/// How many words of a member's name are looked at in place.
const NAME_WORDS: usize = 2;
/// How many words of another string are.
const TEXT_WORDS: usize = 5;

const EACH_BYTE: u64 = u64::MAX / 0xff;
const HIGHEST_BITS: u64 = EACH_BYTE << 7;

/// The length of a member's name, given what follows its opening quote. None if it is long, holds a backslash or has no
/// end: [`string_length`] tells which.
#[inline]
pub(super) fn plain_name_length(rest: &[u8]) -> Option<usize> {
    let mut length = 0;
    for _ in 0..NAME_WORDS {
        let word = word_at(rest, length)?;
        let found = equal(word, b'"') | equal(word, b'\\');
        if found != 0 {
            length += byte_of_lowest_bit(found);
            return (rest.get(length) == Some(&b'"')).then_some(length);
        }
        length += WORD;
    }
    None
}

/// How long a string is, given what follows its opening quote: the length without the closing quote, and whether there
/// is a backslash in it. None if it has no end.
#[inline]
pub(super) fn string_length(rest: &[u8]) -> Option<(usize, bool)> {
    let mut length = 0;
    for _ in 0..TEXT_WORDS {
        let Some(word) = word_at(rest, length) else { break };
        let found = equal(word, b'"') | equal(word, b'\\');
        if found != 0 {
            length += byte_of_lowest_bit(found);
            if rest.get(length) != Some(&b'"') {
                break;
            }
            return Some((length, false));
        }
        length += WORD;
    }
    length_of_long_string(rest, length)
}

#[inline(never)]
fn length_of_long_string(rest: &[u8], start: usize) -> Option<(usize, bool)> {
    let mut length = start;
    let mut escaped = false;
    loop {
        length += memchr2(b'"', b'\\', rest.get(length..)?)?;
        if rest[length] == b'"' {
            return Some((length, escaped));
        }
        escaped = true;
        length += 2;
    }
}

/// The length of a string where nobody asks for backslashes: a quote with none in front of it ends it.
#[inline]
pub(super) fn skipped_string_length(rest: &[u8]) -> Option<usize> {
    let mut length = 0;
    for _ in 0..TEXT_WORDS {
        let Some(word) = word_at(rest, length) else { break };
        let found = equal(word, b'"');
        if found != 0 {
            let quote = length + byte_of_lowest_bit(found);
            if quote > 0 && rest.get(quote - 1) == Some(&b'\\') {
                break;
            }
            return Some(quote);
        }
        length += WORD;
    }
    // From the front, for what was looked at may end within an escape.
    length_of_long_string(rest, 0).map(|(length, _)| length)
}

/// Finds the end of the run of bytes that numbers are made of.
#[inline]
pub(super) fn number_end(text: &[u8], start: usize) -> usize {
    let mut place = start;
    loop {
        place = digits_end(text, place);
        match text.get(place) {
            Some(b'-' | b'+' | b'.' | b'e' | b'E') => place += 1,
            _ => return place,
        }
    }
}

#[inline]
fn digits_end(text: &[u8], start: usize) -> usize {
    let mut place = start;
    while let Some(word) = word_at(text, place) {
        // A digit's byte is now its value; what 0x76 lifts to 0x80 or above was ten or more.
        let values = word ^ (EACH_BYTE * u64::from(b'0'));
        let others = (values.wrapping_add(EACH_BYTE * 0x76) | values) & HIGHEST_BITS;
        if others != 0 {
            return place + byte_of_lowest_bit(others);
        }
        place += WORD;
    }
    while text.get(place).is_some_and(u8::is_ascii_digit) {
        place += 1;
    }
    place
}

/// The number that at most eighteen digits are; None if there is anything else among them.
#[inline]
pub(super) fn digits(text: &[u8]) -> Option<i64> {
    let (words, rest) = text.as_chunks::<WORD>();
    let mut number = 0;
    for word in words {
        number = number * 100_000_000 + eight_digits(u64::from_le_bytes(*word))?;
    }
    for byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + i64::from(digit);
    }
    Some(number)
}

/// Neighbours are put together: digits to pairs, pairs to fours, fours to the number.
#[inline]
fn eight_digits(word: u64) -> Option<i64> {
    let values = word ^ (EACH_BYTE * u64::from(b'0'));
    if (values.wrapping_add(EACH_BYTE * 0x76) | values) & HIGHEST_BITS != 0 {
        return None;
    }
    let pairs = (values.wrapping_mul(10) + (values >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100) + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    let eight = (fours.wrapping_mul(10_000) + (fours >> 32)) & 0xffff_ffff;
    i64::try_from(eight).ok()
}

/// Whether there is one of the characters that JSON has in strings as escapes only.
#[inline]
pub(super) fn has_control(text: &[u8]) -> bool {
    let Some(last) = text.last_chunk::<WORD>() else {
        return text.iter().any(|&byte| byte < b' ');
    };
    // The last word overlaps the one before it, so that no byte is left over.
    let (words, _) = text.as_chunks::<WORD>();
    let found = words.iter().fold(controls(*last), |found, word| found | controls(*word));
    found != 0
}

/// Not zero if one of the bytes is below that of a space.
#[inline]
fn controls(word: [u8; WORD]) -> u64 {
    let word = u64::from_le_bytes(word);
    word.wrapping_sub(EACH_BYTE * u64::from(b' ')) & !word & HIGHEST_BITS
}

/// The eight bytes at a place, the first one lowest.
#[inline]
fn word_at(text: &[u8], place: usize) -> Option<u64> {
    text.get(place..)?.first_chunk().map(|word| u64::from_le_bytes(*word))
}

/// Sets the highest bit of the lowest byte that is equal, and of some bytes above that one.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let differences = word ^ (EACH_BYTE * u64::from(byte));
    differences.wrapping_sub(EACH_BYTE) & !differences & HIGHEST_BITS
}

#[inline]
const fn byte_of_lowest_bit(word: u64) -> usize {
    word.trailing_zeros() as usize / 8
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Mostly letters and digits, and everything that ends something.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            20 => b'0'..=b'9',
            10 => any::<u8>(),
            2 => prop::sample::select(&b"\"\\"[..]),
            1 => prop::sample::select(&b"\"\\!#[]/:\x00\x1f\x20\x7f\x80\xa0\xff"[..]),
            1 => prop::sample::select(&b"+-.eE,"[..]),
        ];
        prop::collection::vec(byte, 0..60)
    }

    fn plain_string_length(rest: &[u8]) -> Option<(usize, bool)> {
        let mut escaped = false;
        let mut length = 0;
        loop {
            match rest.get(length)? {
                b'"' => return Some((length, escaped)),
                b'\\' => {
                    escaped = true;
                    length += 2;
                }
                _ => length += 1,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_string_ends_where_a_plain_search_ends_it(rest in bytes()) {
            let expected = plain_string_length(&rest);
            prop_assert_eq!(string_length(&rest), expected);
            let is_plain = |&(length, escaped): &(usize, bool)| {
                !escaped && length < 2 * WORD && length / WORD * WORD + WORD <= rest.len()
            };
            let plain = expected.filter(is_plain).map(|(length, _)| length);
            prop_assert_eq!(plain_name_length(&rest), plain);
            prop_assert_eq!(skipped_string_length(&rest), expected.map(|(length, _)| length));
        }

        #[test]
        fn a_number_ends_where_a_plain_search_ends_it(text in bytes(), start in 0_usize..8) {
            let start = start.min(text.len());
            let of_a_number = |byte: &u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
            let length = text[start..].iter().take_while(|byte| of_a_number(byte)).count();
            prop_assert_eq!(number_end(&text, start), start + length);
        }

        #[test]
        fn digits_are_the_number_that_the_standard_library_reads(text in "[0-9]{1,18}|[-+/:.0-9]{1,18}|\\PC{1,5}") {
            let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
            prop_assume!(text.len() <= 18);
            let expected: Option<i64> = if is_digits { text.parse().ok() } else { None };
            prop_assert_eq!(digits(text.as_bytes()), expected, "{}", text);
        }

        #[test]
        fn a_control_character_is_found_wherever_it_stands(
            mut text in prop::collection::vec(0x20_u8..=0xff, 0..40), at: prop::sample::Index, control in 0_u8..0x20,
        ) {
            prop_assert!(!has_control(&text));
            if !text.is_empty() {
                let at = at.index(text.len());
                text[at] = control;
                prop_assert!(has_control(&text));
            }
        }
    }
}
