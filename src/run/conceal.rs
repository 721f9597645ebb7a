//! Secrets in what a step has printed. What is expected and taken from an output is read as it was printed,
//! from a file that the step itself writes; once its end is recorded, what is secret is overwritten there.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use memchr::memmem::Finder;

use super::secrets::Secrets;

/// How much of a file is looked at, at once, in bytes.
const CHUNK: usize = 256 * 1024;
/// Of a value with several lines each is one by itself, if it is at least so long, in bytes.
const LEAST_LINE: usize = 4;
/// What takes the place of each byte: what stands behind it stays where it is, for whoever reads along.
const MASK: u8 = b'*';

/// Overwrites the values of `secrets` in the file at `path`, however long that is. One that is not there
/// holds none.
pub(super) fn conceal(path: &Path, secrets: &Secrets) -> io::Result<()> {
    let values = patterns(&secrets.values());
    let Some(longest) = values.first().map(String::len) else {
        return Ok(());
    };
    let file = match File::options().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let finders: Vec<Finder<'_>> = values.iter().map(Finder::new).collect();
    let mut window = vec![0; CHUNK + longest];
    // The end of each piece is looked at again with the next: a value may be cut in two.
    let (mut at, mut kept) = (0_u64, 0);
    loop {
        let read = read_at(&file, &mut window[kept..], at + kept as u64)?;
        let length = kept + read;
        // What begins behind that is found in the next piece, which holds all of it: a shorter value must not
        // be taken out of a longer one before.
        let next = match read {
            0 => length,
            _ => length.saturating_sub(longest - 1),
        };
        for finder in &finders {
            let end = length.min(next + finder.needle().len() - 1);
            overwrite(&file, &mut window[..end], at, finder)?;
        }
        if read == 0 {
            return Ok(());
        }
        window.copy_within(next..length, 0);
        at += next as u64;
        kept = length - next;
    }
}

/// What is looked for, the longest first: it may hold a shorter one.
fn patterns(values: &[String]) -> Vec<String> {
    let lines = values.iter().flat_map(|value| {
        let single = value.lines().nth(1).is_none();
        let lines = value.lines().map(str::trim);
        lines.filter(move |line| !line.is_empty() && (single || line.len() >= LEAST_LINE))
    });
    let mut all: Vec<String> = lines.map(str::to_owned).collect();
    all.sort_by_key(|value| std::cmp::Reverse(value.len()));
    all.dedup();
    all
}

/// Fills `buffer` from the byte `from` of `file`, or as much of it as there is.
fn read_at(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read_at(&mut buffer[read..], from + read as u64) {
            Ok(0) => break,
            Ok(more) => read += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Overwrites what `finder` finds in `window`, which begins at the byte `at` of `file`, in both.
fn overwrite(file: &File, window: &mut [u8], at: u64, finder: &Finder<'_>) -> io::Result<()> {
    let mut from = 0;
    while let Some(found) = finder.find(&window[from..]) {
        let start = from + found;
        from = start + finder.needle().len();
        let part = &mut window[start..from];
        part.fill(MASK);
        file.write_all_at(part, at + start as u64)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn concealed(printed: &str, values: &[&str]) -> String {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), printed).unwrap();
        let secrets = Secrets::default();
        for (n, value) in values.iter().enumerate() {
            secrets.keep(n.to_string(), (*value).to_owned());
        }
        conceal(file.path(), &secrets).unwrap();
        std::fs::read_to_string(file.path()).unwrap()
    }

    #[test]
    fn a_secret_is_overwritten_where_it_stands_and_nothing_else() {
        for (printed, values, left) in [
            (
                "token s3cr3t, s3cr3t\n",
                &["s3cr3t"][..],
                "token ******, ******\n",
            ),
            (
                "it is password123",
                &["pass", "password123"],
                "it is ***********",
            ),
            (
                "one\r\n  line two\n",
                &["line one\nline two"],
                "one\r\n  ********\n",
            ),
            ("nothing", &["", "s3cr3t"], "nothing"),
            ("", &["s3cr3t"], ""),
        ] {
            assert_eq!(concealed(printed, values), left, "{printed}");
        }
        let secrets = Secrets::default();
        secrets.keep("a".to_owned(), "b".to_owned());
        conceal(Path::new("/nowhere/at/all.log"), &secrets).unwrap();
    }

    #[test]
    fn a_secret_on_the_edge_of_two_pieces_is_found() {
        for before in CHUNK - 8..CHUNK + 16 {
            let filler = "x".repeat(before);
            let printed = format!("{filler}s3cr3t{filler}s3cr3t");
            let left = format!("{filler}******{filler}******");
            assert!(
                concealed(&printed, &["s3cr3t", "longer-than-it"]) == left,
                "{before}"
            );
            assert!(
                concealed(&printed, &["s3", "s3cr3t"]) == left,
                "{before}, with one that begins the other"
            );
        }
    }
}
