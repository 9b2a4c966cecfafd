use proptest::prelude::*;

use super::*;

/// A blob to which these states were added.
fn blob(put: impl FnOnce(&mut SectionWriter)) -> Vec<u8> {
    let mut writer = SectionWriter::new(&Sections::default());
    put(&mut writer);
    writer.finish()
}

fn put_two(writer: &mut SectionWriter) {
    writer.put("first", 1, &vec![1_u64, 2, 300]);
    writer.put("second", 7, &(4_u8, "text".to_owned()));
}

fn two_sections() -> Vec<u8> {
    blob(put_two)
}

fn none<D>(_: u8, _: &[u8]) -> Option<D> {
    None
}

#[test]
fn what_was_put_is_taken_out_again() {
    let stored = two_sections();
    let mut read = Sections::decode(&stored).unwrap();
    assert_eq!(read.take::<Vec<u64>>("first", 1, none).unwrap(), [1, 2, 300]);
    assert_eq!(read.take::<(u8, String)>("second", 7, none).unwrap(), (4, "text".to_owned()));
    assert_eq!(read, Sections::default());
}

#[test]
fn frames_of_versions_1_and_2_are_read() {
    let of_version_1 = [&[1, 5][..], b"first", &[3, 0, 0, 0, 2, 1, 9]].concat();
    let of_version_2 = [&[2, 5][..], b"first", &[3, 2, 1, 9]].concat();
    for stored in [of_version_1, of_version_2] {
        let mut read = Sections::decode(&stored).unwrap();
        assert_eq!(read.take::<Vec<u64>>("first", 3, none).unwrap(), [9]);
        assert_eq!(read, Sections::default());
    }
}

#[test]
fn a_section_takes_four_bytes_besides_its_state() {
    let stored = blob(|writer| writer.put("multivariate_score", 1, &[1_u8; 20]));
    assert_eq!(stored.len(), 1 + 4 + 20);
}

#[test]
fn a_state_that_is_as_the_default_takes_no_section() {
    let stored = blob(|writer| {
        writer.put("first", 1, &Vec::<u64>::new());
        writer.put("second", 1, &(0_u8, String::new()));
        writer.put("third", 1, &());
    });
    assert!(stored.is_empty());
    // As long as the default's, and longer, with the same beginning.
    let others = blob(|writer| {
        writer.put("first", 1, &(0_u8, 1_u8));
        writer.put("second", 1, &vec![0_u8]);
    });
    assert_eq!(others.len(), 1 + (4 + 2) + (4 + 2));
}

#[test]
fn a_section_may_be_of_any_length() {
    for length in [0, 1, 127, 128, 16_383, 16_384, 100_000] {
        let state = vec![7_u8; length];
        let stored = blob(|writer| {
            writer.put("first", 1, &(1_u8, state.clone()));
            writer.put("second", 1, &length);
        });
        let mut read = Sections::decode(&stored).unwrap();
        assert_eq!(read.take::<usize>("second", 1, none), Ok(length));
        assert_eq!(read.take::<(u8, Vec<u8>)>("first", 1, none).unwrap(), (1, state));
    }
}

#[test]
fn a_section_that_nobody_claims_is_carried_along() {
    let stored = two_sections();
    let mut read = Sections::decode(&stored).unwrap();
    read.take::<Vec<u64>>("first", 1, none).unwrap();
    let unclaimed = read.into_owned();
    let stored = SectionWriter::new(&unclaimed).finish();
    let mut again = Sections::decode(&stored).unwrap();
    assert_eq!(again.take::<(u8, String)>("second", 7, none).unwrap().0, 4);
    assert!(SectionWriter::new(&again).finish().is_empty());
}

#[test]
fn an_unknown_version_is_an_error_that_names_it() {
    let stored = two_sections();
    let mut read = Sections::decode(&stored).unwrap();
    let error = read.take::<(u8, String)>("second", 8, none).unwrap_err();
    assert!(error.to_string().contains("`second` has version 7, this release reads 8"));
    let error = Sections::decode(&[9, 1, 2]).unwrap_err();
    assert!(error.to_string().contains("frame version 9"));
}

#[test]
fn a_newer_release_may_read_an_older_version_but_never_the_other_way_round() {
    fn second_of(version: u8, state: &[u8]) -> Option<u64> {
        (version == 7).then(|| u64::from(state[0]))
    }
    let stored = two_sections();
    let mut read = Sections::decode(&stored).unwrap();
    assert_eq!(read.take::<u64>("second", 8, second_of), Ok(4));
    let stored = two_sections();
    let mut read = Sections::decode(&stored).unwrap();
    let older_release = read.take::<u64>("second", 6, second_of);
    assert_eq!(
        older_release,
        Err(BlobError::UnknownSection { detector: "second", found: 7, known: 6 })
    );
}

#[test]
fn a_section_with_bytes_left_over_is_of_another_layout() {
    let stored = blob(|writer| writer.put("first", 1, &(1_u8, 2_u8)));
    assert!(matches!(
        Sections::decode(&stored).unwrap().take::<u8>("first", 1, none),
        Err(BlobError::Unreadable { detector: "first", .. })
    ));
}

/// Of two states of one detector, which one counts would depend on who stored them last.
#[test]
fn a_name_that_stands_there_twice_or_is_no_text_is_refused() {
    let bytes = blob(|writer| {
        put_two(writer);
        writer.put("first", 1, &vec![4_u64]);
    });
    let at = two_sections().len();
    let garbled = BlobError::Garbled { at, length: bytes.len() };
    assert_eq!(Sections::decode(&bytes), Err(garbled));
    // A name of version 2 that is no UTF-8.
    let no_text = [2, 1, 0xFF, 1, 0];
    let garbled = BlobError::Garbled { at: 1, length: no_text.len() };
    assert_eq!(Sections::decode(&no_text), Err(garbled));
}

#[test]
fn a_float_that_is_no_number_is_no_state() {
    for (float, is_read) in [(1.5, true), (f32::NAN, false), (f32::INFINITY, false)] {
        let stored = blob(|writer| writer.put("first", 1, &vec![0.25, float]));
        let mut sections = Sections::decode(&stored).unwrap();
        assert_eq!(sections.take::<Vec<f32>>("first", 1, none).is_ok(), is_read, "{float}");
    }
}

#[test]
fn every_prefix_is_read_or_refused_without_a_panic() {
    let whole = two_sections();
    let refused = (1..whole.len()).filter(|&end| Sections::decode(&whole[..end]).is_err());
    // Only the frame byte alone and the end of the first section are whole prefixes.
    assert_eq!(refused.count(), whole.len() - 1 - 2);
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused_without_a_panic(bytes: Vec<u8>) {
        if let Ok(sections) = Sections::decode(&bytes) {
            prop_assert!(bytes.is_empty() || bytes.len() == 1 || sections != Sections::default());
        }
    }
}
