//! A file of passwords that are known from breaches: SHA-1 hashes in hexadecimal, one a line, sorted, each with or without `:` and how
//! often it was seen. That is what Have I Been Pwned offers for download; nobody is asked over the network. The file can have hundreds of
//! millions of lines, so it is searched where it is.

use std::cmp::Ordering;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use sha1::{Digest, Sha1};

/// Hexadecimal digits of a hash.
const HASH: usize = 40;
/// Bytes read at a time: a line has about fifty.
const CHUNK: usize = 256;
/// Lines looked at in the whole of the file, and bytes at its beginning of which each is.
const SAMPLES: u64 = 1000;
const FIRST_BYTES: u64 = 16 * 1024;

#[derive(Debug)]
pub struct BreachedPasswords(PathBuf);

impl BreachedPasswords {
    /// Refused when the file cannot be read, does not begin with a hash, or is not sorted as far as samples show.
    pub fn open(path: &Path) -> Result<Self, String> {
        let wrong = |error: io::Error| format!("{} cannot be read: {error}", path.display());
        let mut first = Vec::new();
        BufReader::new(File::open(path).map_err(wrong)?).read_until(b'\n', &mut first).map_err(wrong)?;
        if hash_of(&first).is_none() {
            return Err(format!("{} does not begin with a SHA-1 hash in hexadecimal", path.display()));
        }
        if !is_sorted(path).map_err(wrong)? {
            return Err(format!(
                "{} is not sorted by its hashes, so that nothing is found in it: take the list ordered by hash",
                path.display()
            ));
        }
        Ok(Self(path.to_owned()))
    }

    pub fn contains(&self, password: &str) -> io::Result<bool> {
        let wanted = hex::encode_upper(Sha1::digest(password));
        let mut lines = BufReader::with_capacity(CHUNK, File::open(&self.0)?);
        // Of all lines that begin between these two, one may be the hash; those before are less, those after are greater.
        let (mut low, mut high) = (0, lines.seek(SeekFrom::End(0))?);
        while low < high {
            let middle = low + (high - low) / 2;
            let (start, line) = line_from(&mut lines, middle)?;
            if start >= high {
                high = middle;
                continue;
            }
            let Some(hash) = hash_of(&line) else { return Err(io::Error::other("a line of the file is no hash")) };
            match wanted.as_str().cmp(&hash) {
                Ordering::Equal => return Ok(true),
                Ordering::Less => high = middle,
                Ordering::Greater => low = start + line.len() as u64,
            }
        }
        Ok(false)
    }
}

/// Whether hashes stand in order: of the first lines each, of the rest some. A list in another order is in none at all, so that hardly any
/// passes.
fn is_sorted(path: &Path) -> io::Result<bool> {
    let mut lines = BufReader::with_capacity(CHUNK, File::open(path)?);
    let end = lines.seek(SeekFrom::End(0))?;
    let step = (end / SAMPLES).max(1);
    let mut last: Option<(u64, String)> = None;
    let mut at = 0;
    while at < end {
        let (start, line) = line_from(&mut lines, at)?;
        let Some(hash) = hash_of(&line) else { return Ok(line.is_empty()) };
        if last.is_some_and(|(before, less)| before < start && less >= hash) {
            return Ok(false);
        }
        // Within the first lines the next one, then further on.
        let after = start + line.len() as u64;
        at = if after < FIRST_BYTES { after } else { after.max(at + step) };
        last = Some((start, hash));
    }
    Ok(true)
}

/// The first line that begins at `at` or after, and where it begins.
fn line_from(lines: &mut BufReader<File>, at: u64) -> io::Result<(u64, Vec<u8>)> {
    let (mut line, mut start) = (Vec::new(), at);
    if let Some(before) = at.checked_sub(1) {
        lines.seek(SeekFrom::Start(before))?;
        start = before + lines.read_until(b'\n', &mut line)? as u64;
        line.clear();
    } else {
        lines.seek(SeekFrom::Start(0))?;
    }
    lines.read_until(b'\n', &mut line)?;
    Ok((start, line))
}

fn hash_of(line: &[u8]) -> Option<String> {
    let (hash, rest) = line.split_at_checked(HASH)?;
    let is_hash = hash.iter().all(u8::is_ascii_hexdigit) && rest.first().is_none_or(|next| b":\r\n".contains(next));
    is_hash.then(|| String::from_utf8_lossy(hash).to_uppercase())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file_of(lines: &[String], end: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().expect("a file");
        file.write_all(lines.join(end).as_bytes()).expect("written");
        file
    }

    fn hash(password: &str) -> String {
        hex::encode_upper(Sha1::digest(password))
    }

    #[test]
    fn every_line_is_found_wherever_it_stands_and_nothing_else_is() {
        for count in [1, 2, 3, 64, 1001] {
            for end in ["\n", "\r\n", ":17\n", ":3861493\r\n"] {
                let mut lines: Vec<_> = (0..count).map(|each| hash(&format!("wachtwoord {each}"))).collect();
                lines.sort();
                let file = file_of(&lines, end);
                let list = BreachedPasswords::open(file.path()).expect("a list");
                for each in 0..count {
                    assert!(list.contains(&format!("wachtwoord {each}")).expect("searched"), "{each} of {count}");
                }
                assert!((0..50).all(|each| !list.contains(&format!("iets anders {each}")).expect("searched")));
            }
        }
        let small = file_of(&[hash("a").to_lowercase()], "\n");
        assert!(BreachedPasswords::open(small.path()).expect("a list").contains("a").expect("searched"));
    }

    /// By how often each was seen, as the same list is offered too; or by nothing.
    #[test]
    fn a_list_in_another_order_is_refused() {
        for count in [3, 100, 20_000] {
            let lines: Vec<_> = (0..count).map(|each| hash(&format!("wachtwoord {each}"))).collect();
            let mut sorted = lines.clone();
            sorted.sort();
            for end in ["\n", ":17\r\n"] {
                assert!(BreachedPasswords::open(file_of(&sorted, end).path()).is_ok(), "{count}");
                let mut one_off = sorted.clone();
                one_off.swap(0, 2);
                let half: Vec<_> = sorted.iter().take(count / 2).chain(&lines).cloned().collect();
                for unsorted in [&lines, &one_off, &half] {
                    assert!(BreachedPasswords::open(file_of(unsorted, end).path()).is_err(), "{count}");
                }
            }
        }
    }

    #[test]
    fn a_file_that_is_no_list_is_refused() {
        for text in ["", "password\n", &hash("a")[..39], &format!("{}0", hash("a"))] {
            assert!(BreachedPasswords::open(file_of(&[text.to_owned()], "\n").path()).is_err(), "{text}");
        }
        assert!(BreachedPasswords::open(Path::new("/nowhere")).is_err());
    }
}
