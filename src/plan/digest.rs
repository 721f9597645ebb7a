//! Fingerprints of plans.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// SHA-256 of `bytes` in lower-case hexadecimal, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let mut hex = String::with_capacity(64);
    for byte in digest {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

/// The same of a text, however its lines end: what git does to these changes nothing.
pub fn sha256_of_text(bytes: &[u8]) -> String {
    if !bytes.windows(2).any(|pair| pair == b"\r\n") {
        return sha256(bytes);
    }
    let mut kept = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        if *byte != b'\r' || bytes.get(at + 1) != Some(&b'\n') {
            kept.push(*byte);
        }
    }
    sha256(&kept)
}

#[cfg(test)]
mod tests {
    #[test]
    fn how_lines_end_makes_no_other_text() {
        let of = super::sha256_of_text;
        assert_eq!(of(b"a\r\nb\r\n"), super::sha256(b"a\nb\n"));
        assert_eq!(of(b"a\nb"), super::sha256(b"a\nb"));
        assert_ne!(of(b"a\rb"), of(b"ab"));
    }

    #[test]
    fn digests_are_those_of_sha256sum() {
        assert_eq!(
            super::sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
