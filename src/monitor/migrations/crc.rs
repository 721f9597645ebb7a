//! The checksum that several tools use for files and for lock numbers.

/// CRC-32 as zlib computes it.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    update(&mut crc, bytes);
    !crc
}

/// The checksum of a text without its line ends, as Flyway takes it so that a checkout on another
/// system changes nothing.
pub(super) fn crc32_of_lines(text: &str) -> u32 {
    let mut crc = u32::MAX;
    let text = text.trim_start_matches('\u{feff}');
    for line in text.lines() {
        update(&mut crc, line.as_bytes());
    }
    !crc
}

fn update(crc: &mut u32, bytes: &[u8]) {
    for byte in bytes {
        *crc ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = *crc & 1 == 1;
            *crc = (*crc >> 1) ^ if odd { 0xEDB8_8320 } else { 0 };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_one_that_everybody_knows() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
        assert_eq!(crc32_of_lines("1234\r\n56789\n"), 0xCBF4_3926);
    }
}
