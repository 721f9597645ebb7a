//! Fingerprints of plans.

use std::fmt::Write;
use std::io::Read;

use sha2::{Digest, Sha256};

/// SHA-256 of `bytes` in lower-case hexadecimal, as `sha256sum` prints it.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

/// The same of what `reader` brings, however long that is. Fails as the reader does.
pub fn sha256_of(mut reader: impl Read) -> std::io::Result<String> {
    let (mut digest, mut buffer) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(hexadecimal(&digest.finalize())),
            read => digest.update(&buffer[..read]),
        }
    }
}

/// How much is read at once, in bytes.
const PIECE: usize = 64 << 10;

fn hexadecimal(digest: &[u8]) -> String {
    let mut hex = String::with_capacity(64);
    for byte in digest {
        // Writing to a String can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

#[cfg(test)]
mod tests {
    #[test]
    fn digests_are_those_of_sha256sum() {
        assert_eq!(
            super::sha256(b"abc"),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        let long = vec![7; 1 << 17];
        assert_eq!(super::sha256_of(&*long).unwrap(), super::sha256(&long));
    }
}
