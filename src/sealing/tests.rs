use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::*;
use crate::settings::Files;

const FIRST: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
const SECOND: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

fn key_file(folder: &Path, text: &str, mode: u32) -> Files {
    let file = folder.join("files.key");
    std::fs::write(&file, text).expect("a file");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).expect("a mode");
    Files { key_file: Some(file) }
}

fn keys(lines: &[&str]) -> Keys {
    let folder = tempfile::tempdir().expect("a folder");
    Keys::open(&key_file(folder.path(), &lines.join("\n"), 0o600)).expect("keys")
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 7_u32;
    let next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    std::iter::repeat_with(next).take(length).collect()
}

const ID: Uuid = Uuid::from_u128(1);
const OTHER: Uuid = Uuid::from_u128(2);

#[test]
fn sec_02_what_is_sealed_comes_out_as_it_was_and_reads_as_nothing_before() {
    let keys = keys(&[FIRST]);
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE, 3 * PIECE + 17] {
        let content = noise(length);
        let (stored, envelope) = seal(&keys, (Purpose::Mail, ID), &content).expect("sealed");
        assert_eq!(stored.len() as u64, sealed_size(length as u64));
        let start = &content[..length.min(16)];
        assert!(length < 16 || !stored.windows(16).any(|some| some == start), "{length}");
        assert_eq!(open(&keys, (Purpose::Mail, ID), envelope.as_ref(), stored), Ok(content), "{length}");
    }
}

#[test]
fn sec_02_a_file_that_was_altered_cut_off_reordered_or_swapped_is_found() {
    let keys = keys(&[FIRST]);
    let content = noise(3 * PIECE + 17);
    let (stored, envelope) = seal(&keys, (Purpose::Attachment, ID), &content).expect("sealed");
    let (other, other_envelope) = seal(&keys, (Purpose::Attachment, OTHER), &content).expect("sealed");
    let opened = |of, envelope: &Option<WrappedKey>, stored: &[u8]| open(&keys, of, envelope.as_ref(), stored.to_vec());
    let mine = (Purpose::Attachment, ID);
    assert_eq!(opened(mine, &envelope, &stored).as_ref(), Ok(&content));
    let piece = PIECE + 16;
    let mut altered = stored.clone();
    altered[PIECE * 2] ^= 1;
    let reordered = [&stored[piece..2 * piece], &stored[..piece], &stored[2 * piece..]].concat();
    let twice = [&stored[..piece], &stored[..piece], &stored[2 * piece..]].concat();
    for (what, wrong) in [
        ("a bit", &altered[..]),
        ("the last byte", &stored[..stored.len() - 1]),
        ("the last piece", &stored[..3 * piece]),
        ("all but one piece", &stored[..piece]),
        ("everything", &[]),
        ("the order", &reordered),
        ("a piece twice", &twice),
        ("more at the end", &[&stored[..], b"more"].concat()),
        ("in clear", &content),
        ("another file", &other),
    ] {
        assert_eq!(opened(mine, &envelope, wrong), Err(CannotOpen::Damaged), "{what}");
    }
    assert_eq!(opened(mine, &other_envelope, &other), Err(CannotOpen::Damaged), "another file with its envelope");
    assert_eq!(opened((Purpose::Mail, ID), &envelope, &stored), Err(CannotOpen::Damaged), "a file as a mail");
}

#[test]
fn a_range_is_opened_from_its_own_pieces() {
    let keys = keys(&[FIRST]);
    let content = noise(2 * PIECE + 100);
    let (stored, envelope) = seal(&keys, (Purpose::Attachment, ID), &content).expect("sealed");
    let key = keys.unwrap((Purpose::Attachment, ID), &envelope.expect("an envelope")).expect("a key");
    let opener = Opener::new(&key, content.len() as u64);
    let end = content.len() as u64;
    for (range, pieces) in [(0..1, 0..1), (0..end, 0..3), (65_535..65_537, 0..2), (65_536..65_537, 1..2), (end - 1..end, 2..3)] {
        assert_eq!(opener.pieces_of(&range), pieces, "{range:?}");
    }
    let place = opener.place_of(&(2..3));
    let sealed = &stored[usize::try_from(place.start).expect("a place")..usize::try_from(place.end).expect("a place")];
    assert_eq!(opener.open(2, sealed).as_deref(), Ok(&content[2 * PIECE..]));
    assert_eq!(opener.open(1, sealed), Err(CannotOpen::Damaged));
}

#[test]
fn the_first_key_wraps_and_the_others_still_open() {
    let (old, both, new) = (keys(&[FIRST]), keys(&["# new", SECOND, "", FIRST]), keys(&[SECOND]));
    let of = (Purpose::Attachment, ID);
    let (stored, envelope) = seal(&old, of, b"brief").expect("sealed");
    let envelope = envelope.expect("an envelope");
    assert_eq!(open(&both, of, Some(&envelope), stored.clone()).as_deref(), Ok(&b"brief"[..]));
    let missing = old.first().expect("a key");
    assert_eq!(open(&new, of, Some(&envelope), stored.clone()), Err(CannotOpen::KeyMissing(missing)));
    let again = both.rewrap(of, &envelope).expect("opened").expect("another");
    assert_eq!((again.by.clone(), both.rewrap(of, &again)), (new.first().expect("a key").to_string(), Ok(None)));
    assert_eq!(open(&new, of, Some(&again), stored).as_deref(), Ok(&b"brief"[..]));
    assert_eq!(both.rewrap((Purpose::Attachment, OTHER), &envelope), Err(CannotOpen::Damaged));
}

#[test]
fn a_key_file_that_others_can_read_or_that_holds_no_key_is_refused_without_quoting_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("files.key").display().to_string();
    for (text, mode, says) in [
        (FIRST, 0o644, "chmod 600"),
        (FIRST, 0o660, "chmod 600"),
        ("secret", 0o600, "line 1: must be a key of 32 bytes"),
        (&format!("{FIRST}\nc2hvcnQ="), 0o600, "line 2: must be"),
        (&format!("{FIRST}\n{FIRST}"), 0o600, "line 2: this key stands there twice"),
        ("# nothing\n\n", 0o600, "has no key"),
    ] {
        let refused = Keys::open(&key_file(folder.path(), text, mode)).expect_err(text).to_string();
        assert!(refused.contains(says) && refused.contains(&path), "{refused}");
        assert!(!refused.contains("secret") && !refused.contains("c2hvcnQ"), "{refused}");
    }
    let gone = Keys::open(&Files { key_file: Some(folder.path().join("none")) }).expect_err("gone").to_string();
    assert!(gone.contains("cannot be read"), "{gone}");
    Keys::open(&key_file(folder.path(), FIRST, 0o440)).expect("as an orchestrator mounts it");
}

#[test]
fn a_changed_key_file_is_read_again_and_a_broken_one_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = key_file(folder.path(), FIRST, 0o600);
    let keys = Keys::open(&settings).expect("keys");
    let (first, second) = (keys.first(), self::keys(&[SECOND]).first());
    key_file(folder.path(), "half a ke", 0o600);
    assert_eq!(keys.first(), first);
    key_file(folder.path(), &format!("{SECOND}\n{FIRST}"), 0o600);
    assert_eq!((keys.first(), keys.ids().len()), (second, 2));
    std::fs::remove_file(folder.path().join("files.key")).expect("gone");
    assert_eq!(keys.first(), second);
}

#[test]
fn a_new_key_is_a_line_of_a_key_file() {
    let (one, other) = (new_key().expect("a key"), new_key().expect("a key"));
    assert_ne!(*one, *other);
    assert_eq!(keys(&[&one, &other]).ids().len(), 2);
}

#[test]
fn without_keys_nothing_is_sealed() {
    let keys = Keys::open(&Files::default()).expect("none");
    assert_eq!(seal(&keys, (Purpose::Mail, ID), b"brief").expect("kept"), (b"brief".to_vec(), None));
    assert_eq!(open(&keys, (Purpose::Mail, ID), None, b"brief".to_vec()).as_deref(), Ok(&b"brief"[..]));
}
