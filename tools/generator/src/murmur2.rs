//! The hash by which Kafka's own producers choose a record's partition.

const SEED: u32 = 0x9747_b28c;
const MULTIPLIER: u32 = 0x5bd1_e995;
const SHIFT: u32 = 24;

/// The partition of a key among `partitions` (at least 1), as Kafka's default partitioner has it.
pub fn partition_of(key: &[u8], partitions: u32) -> i32 {
    let positive = murmur2(key) & 0x7fff_ffff;
    (positive % partitions.max(1)).cast_signed()
}

/// `org.apache.kafka.common.utils.Utils.murmur2`, which differs from the published 32-bit murmur2 in
/// nothing but its fixed seed.
pub fn murmur2(data: &[u8]) -> u32 {
    // Java's arrays are shorter than 2^31, and so is any key.
    #[expect(clippy::cast_possible_truncation, reason = "the length enters the hash modulo 2^32")]
    let mut hash = SEED ^ data.len() as u32;
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        let mut mixed = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        mixed ^= mixed >> SHIFT;
        hash = hash.wrapping_mul(MULTIPLIER) ^ mixed.wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        for (position, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * position);
        }
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    hash ^ (hash >> 15)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cases of `UtilsTest.testMurmur2` in Kafka's client.
    #[test]
    fn hashes_are_those_of_kafkas_own_test() {
        let cases: [(&str, i32); 6] = [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ];
        for (key, expected) in cases {
            assert_eq!(murmur2(key.as_bytes()).cast_signed(), expected, "{key}");
        }
    }

    #[test]
    fn the_sign_bit_is_dropped_before_the_remainder() {
        // -973932308 with its sign bit cleared is 1173551340, which leaves 12 divided by 16.
        assert_eq!(partition_of(b"21", 16), 12);
        // 479470107 is positive already, and leaves 27 divided by 60.
        assert_eq!(partition_of(b"abc", 60), 27);
        assert_eq!(partition_of(b"abc", 0), 0);
    }
}
