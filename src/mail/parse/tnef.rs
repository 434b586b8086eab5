//! Opens `winmail.dat`, in which Outlook packs a message and its files (TNEF, MS-OXTNEF).
//!
//! It is read strictly: what does not hold together to its last attribute is not opened at all, and stays the file that it is. Written here:
//! the crate for it has not been kept up, and knows neither rich text nor files with long names.

use std::borrow::Cow;

use super::{compressed_rtf, html, rtf};

const SIGNATURE: [u8; 4] = 0x223e_9f78_u32.to_le_bytes();
/// Files that are read of one package; of more, it stays closed.
const FILE_CAP: usize = 1000;
/// Messages within one another.
const DEPTH_CAP: usize = 3;
/// Properties of one object, and values of one property.
const COUNT_CAP: u32 = 10_000;
/// Bytes of rich text, markup included, for which a text of [`super::TEXT_CAP`] is looked.
const RTF_CAP: usize = 4 << 20;
/// Bytes before an object that say of what kind it is.
const KIND: usize = 16;

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Package<'t> {
    pub subject: Option<String>,
    /// Empty when there is none.
    pub text: String,
    pub files: Vec<File<'t>>,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct File<'t> {
    pub name: Option<String>,
    pub media_type: Option<String>,
    pub bytes: Cow<'t, [u8]>,
}

/// None when it is no such package, or nothing in it can be read.
pub(super) fn open(bytes: &[u8]) -> Option<Package<'_>> {
    open_at(bytes, 0)
}

fn open_at(bytes: &[u8], depth: usize) -> Option<Package<'_>> {
    let mut input = Input(bytes.strip_prefix(&SIGNATURE)?);
    input.take(2)?;
    let mut message = Message::default();
    // Some programs fill up with zeros.
    while input.0.iter().any(|byte| *byte != 0) {
        let level = input.take(1)?[0];
        let attribute = input.number()?;
        let length = usize::try_from(input.number()?).ok()?;
        let data = input.take(length)?;
        // The checksum adds nothing: what is cut off ends early, and mail does not change bytes.
        input.take(2)?;
        match level {
            1 => message.attribute(attribute, data)?,
            2 => message.of_file(attribute, data)?,
            _ => return None,
        }
    }
    message.package(depth)
}

/// A message as its attributes come.
#[derive(Default)]
struct Message<'t> {
    page: Option<i64>,
    subject: Option<&'t [u8]>,
    body: Option<&'t [u8]>,
    properties: Vec<Property<'t>>,
    files: Vec<Attached<'t>>,
}

#[derive(Default)]
struct Attached<'t> {
    title: Option<&'t [u8]>,
    data: Option<&'t [u8]>,
    properties: Vec<Property<'t>>,
}

impl<'t> Message<'t> {
    fn attribute(&mut self, attribute: u32, data: &'t [u8]) -> Option<()> {
        match attribute {
            0x0006_9007 => self.page = Some(i64::from(Input(data).number()?)),
            0x0001_8004 => self.subject = Some(data),
            0x0002_800c => self.body = Some(data),
            0x0006_9003 => self.properties = properties(&mut Input(data))?,
            _ => {}
        }
        Some(())
    }

    fn of_file(&mut self, attribute: u32, data: &'t [u8]) -> Option<()> {
        if attribute == 0x0006_9002 {
            self.files.push(Attached::default());
            return (self.files.len() <= FILE_CAP).then_some(());
        }
        let file = self.files.last_mut()?;
        match attribute {
            0x0001_8010 => file.title = Some(data),
            0x0006_800f => file.data = Some(data),
            0x0006_9005 => file.properties = properties(&mut Input(data))?,
            _ => {}
        }
        Some(())
    }

    fn package(self, depth: usize) -> Option<Package<'t>> {
        let subject = self.subject.map(|subject| text(subject, self.page)).or_else(|| value(&self.properties, 0x37)?.text(self.page));
        let subject = subject.filter(|subject| !subject.trim().is_empty());
        let mut package = Package { subject, text: self.text().unwrap_or_default(), files: Vec::new() };
        for file in &self.files {
            file.unpack(self.page, depth, &mut package.files)?;
        }
        let says_something = !package.text.is_empty() || !package.files.is_empty();
        (says_something && package.files.len() <= FILE_CAP).then_some(package)
    }

    fn text(&self) -> Option<String> {
        let page = self.page;
        let plain = || self.body.map(|body| text(body, page)).or_else(|| value(&self.properties, 0x1000)?.text(page));
        let marked = || {
            let page = value(&self.properties, 0x3fde).and_then(Property::number).map(i64::from).or(page);
            Some(html::to_text(&value(&self.properties, 0x1013)?.text(page)?))
        };
        let rich = || rtf::to_text(&compressed_rtf::decompressed(value(&self.properties, 0x1009)?.bytes, RTF_CAP)?);
        let readable = |text: &String| !text.trim().is_empty();
        plain().filter(readable).or_else(|| marked().filter(readable)).or_else(|| rich().filter(readable))
    }
}

impl<'t> Attached<'t> {
    fn unpack(&self, page: Option<i64>, depth: usize, files: &mut Vec<File<'t>>) -> Option<()> {
        let named = |id| value(&self.properties, id)?.text(page).filter(|name| !name.trim().is_empty());
        let title = || self.title.map(|title| text(title, page)).filter(|title| !title.trim().is_empty());
        let name = named(0x3707).or_else(|| named(0x3704)).or_else(title).or_else(|| named(0x3001));
        let object = value(&self.properties, 0x3701).and_then(Property::object);
        if let Some(inner) = object.filter(|object| object.starts_with(&SIGNATURE)) {
            // Deeper ones stay packages, and so do those that say nothing.
            match (depth < DEPTH_CAP).then(|| open_at(inner, depth + 1)).flatten() {
                Some(package) => {
                    let name = package.subject.or(name).unwrap_or_else(|| "bericht".to_owned());
                    let bytes = package.text.into_bytes().into();
                    let text = File { name: Some(format!("{name}.txt")), media_type: Some("text/plain".to_owned()), bytes };
                    files.extend(Some(text).filter(|text| !text.bytes.is_empty()));
                    files.extend(package.files);
                }
                None => files.push(File { name, media_type: Some("application/ms-tnef".to_owned()), bytes: inner.into() }),
            }
        } else {
            // One without bytes may have been cut off, or is a link into somebody's own folders.
            files.push(File { name, media_type: named(0x370e), bytes: self.data.or(object)?.into() });
        }
        (files.len() <= FILE_CAP).then_some(())
    }
}

#[derive(Clone, Copy)]
struct Property<'t> {
    id: u16,
    kind: u16,
    bytes: &'t [u8],
}

impl<'t> Property<'t> {
    /// What was put in as a whole.
    fn object(&self) -> Option<&'t [u8]> {
        if self.kind == 0x0d { self.bytes.get(KIND..) } else { Some(self.bytes) }
    }

    fn text(self, page: Option<i64>) -> Option<String> {
        match self.kind {
            0x1f => {
                let units = self.bytes.as_chunks::<2>().0.iter().map(|unit| u16::from_le_bytes(*unit));
                let text: String = char::decode_utf16(units).map(|sign| sign.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
                Some(text.trim_end_matches('\0').to_owned())
            }
            0x1e | 0x102 => Some(text(self.bytes, page)),
            _ => None,
        }
    }

    fn number(&self) -> Option<u32> {
        Input(self.bytes).number()
    }
}

fn value<'p, 't>(properties: &'p [Property<'t>], id: u16) -> Option<&'p Property<'t>> {
    properties.iter().find(|property| property.id == id)
}

/// Text in the package's code page; in that of western Europe when it names none.
fn text(bytes: &[u8], page: Option<i64>) -> String {
    let bytes = bytes.split(|byte| *byte == 0).next().unwrap_or_default();
    match page.or(Some(1252)).filter(|page| *page != 65001).and_then(rtf::code_page) {
        Some(decode) => decode(bytes),
        None => String::from_utf8_lossy(bytes).into_owned(),
    }
}

fn properties<'t>(input: &mut Input<'t>) -> Option<Vec<Property<'t>>> {
    let count = input.number().filter(|count| *count <= COUNT_CAP)?;
    let mut properties = Vec::new();
    for _ in 0..count {
        let (kind, id) = (input.short()?, input.short()?);
        if id >= 0x8000 {
            input.take(16)?;
            if input.number()? == 0 {
                input.take(4)?;
            } else {
                let length = input.number()?;
                input.padded(length)?;
            }
        }
        let (is_many, of) = (kind & 0x1000 != 0, kind & 0xefff);
        let size = match of {
            0x02..=0x04 | 0x0a | 0x0b => Some(4),
            0x05..=0x07 | 0x14 | 0x40 => Some(8),
            0x48 => Some(16),
            0x0d | 0x1e | 0x1f | 0x102 => None,
            _ => return None,
        };
        let values = if is_many || size.is_none() { input.number().filter(|values| *values <= COUNT_CAP)? } else { 1 };
        for at in 0..values {
            let bytes = if let Some(size) = size {
                input.take(size)?
            } else {
                let length = input.number()?;
                input.padded(length)?
            };
            // Of several values nobody needs the second.
            if at == 0 {
                properties.push(Property { id, kind: of, bytes });
            }
        }
    }
    Some(properties)
}

/// What is not read yet.
struct Input<'t>(&'t [u8]);

impl<'t> Input<'t> {
    fn take(&mut self, length: usize) -> Option<&'t [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Bytes that are filled up to four.
    fn padded(&mut self, length: u32) -> Option<&'t [u8]> {
        let length = usize::try_from(length).ok()?;
        let taken = self.take(length)?;
        let padding = length.next_multiple_of(4) - length;
        // The last one may lack it.
        self.take(padding.min(self.0.len()))?;
        Some(taken)
    }

    fn short(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(*self.take(2)?.first_chunk()?))
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(*self.take(4)?.first_chunk()?))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A package of attributes: level, id, data.
    pub fn packed(attributes: &[(u8, u32, &[u8])]) -> Vec<u8> {
        let mut packed = [&SIGNATURE[..], &[1, 0]].concat();
        for (level, id, data) in attributes {
            packed.push(*level);
            packed.extend(id.to_le_bytes());
            packed.extend(u32::try_from(data.len()).expect("short").to_le_bytes());
            packed.extend(*data);
            packed.extend([0, 0]);
        }
        packed
    }

    /// Properties of variable length: id, type, bytes.
    fn props(properties: &[(u16, u16, &[u8])]) -> Vec<u8> {
        let number = |number: usize| u32::try_from(number).expect("short").to_le_bytes();
        let mut out = number(properties.len()).to_vec();
        for (id, kind, bytes) in properties {
            out.extend([kind.to_le_bytes(), id.to_le_bytes()].concat());
            out.extend([number(1), number(bytes.len())].concat());
            out.extend(*bytes);
            out.resize(out.len().next_multiple_of(4), 0);
        }
        out
    }

    fn utf16(text: &str) -> Vec<u8> {
        text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
    }

    const PAGE: (u8, u32, &[u8]) = (1, 0x0006_9007, &[0xe4, 4, 0, 0, 0, 0, 0, 0]);
    const FILE: (u8, u32, &[u8]) = (2, 0x0006_9002, &[0; 14]);
    const TITLE: (u8, u32, &[u8]) = (2, 0x0001_8010, b"OFFERT~1.TXT\0");
    const DATA: (u8, u32, &[u8]) = (2, 0x0006_800f, b"bedrag: 10 euro");

    #[test]
    fn a_package_has_a_text_and_files() {
        let bytes = packed(&[PAGE, (1, 0x0002_800c, b"De caf\xe9-offerte.\0"), FILE, TITLE, DATA, FILE, (2, 0x0006_800f, b"x")]);
        let package = open(&bytes).expect("a package");
        assert_eq!(package.text, "De café-offerte.");
        let files: Vec<_> = package.files.iter().map(|file| (file.name.as_deref(), &*file.bytes)).collect();
        assert_eq!(files, [(Some("OFFERT~1.TXT"), &b"bedrag: 10 euro"[..]), (None, &b"x"[..])]);
    }

    #[test]
    fn a_file_has_its_long_name_and_its_type() {
        let named = props(&[(0x3704, 0x1e, b"OFFERT~1.TXT\0"), (0x3707, 0x1f, &utf16("offerte één.txt")), (0x370e, 0x1e, b"text/plain\0")]);
        let bytes = packed(&[FILE, TITLE, DATA, (2, 0x0006_9005, &named)]);
        let package = open(&bytes).expect("a package");
        let file = &package.files[0];
        assert_eq!((file.name.as_deref(), file.media_type.as_deref()), (Some("offerte één.txt"), Some("text/plain")));
    }

    #[test]
    fn its_text_may_be_plain_html_or_rich() {
        let rich = [&[0; 8], &b"MELA"[..], &[0; 4], br"{\rtf1\ansi Rijke tekst}"].concat();
        for (properties, text) in [
            (props(&[(0x1000, 0x1f, &utf16("Gewone tekst")), (0x1013, 0x102, b"<p>x</p>")]), "Gewone tekst"),
            (props(&[(0x1013, 0x102, b"<p>Opgemaakte tekst</p>"), (0x1009, 0x102, &rich)]), "Opgemaakte tekst"),
            (props(&[(0x1000, 0x1e, b"  \0"), (0x1009, 0x102, &rich)]), "Rijke tekst"),
        ] {
            assert_eq!(open(&packed(&[PAGE, (1, 0x0006_9003, &properties)])).expect("a package").text.trim(), text);
        }
        assert_eq!(open(&packed(&[PAGE, (1, 0x0006_9003, &props(&[]))])), None, "what says nothing stays closed");
    }

    #[test]
    fn a_message_in_a_message_is_opened_three_times_and_no_more() {
        let mut bytes = packed(&[(1, 0x0001_8004, b"Lift\0"), (1, 0x0002_800c, b"Diepst.\0"), FILE, TITLE, DATA]);
        for _ in 0..5 {
            let object = props(&[(0x3701, 0x0d, &[&[0; KIND][..], &bytes].concat()), (0x3001, 0x1e, b"Doorgestuurd\0")]);
            bytes = packed(&[(1, 0x0002_800c, b"Zie onder.\0"), FILE, (2, 0x0006_9005, &object)]);
        }
        let files: Vec<_> = open(&bytes).expect("a package").files.into_iter().map(|file| (file.name, file.media_type)).collect();
        let text = (Some("Doorgestuurd.txt".to_owned()), Some("text/plain".to_owned()));
        let closed = (Some("Doorgestuurd".to_owned()), Some("application/ms-tnef".to_owned()));
        assert_eq!(files, [text.clone(), text.clone(), text, closed]);
    }

    #[test]
    fn a_message_in_a_message_is_called_what_it_is_about_and_a_document_in_it_is_a_file() {
        let inner = packed(&[(1, 0x0001_8004, b"Lift\0"), (1, 0x0002_800c, b"Staat stil.\0")]);
        let message = props(&[(0x3701, 0x0d, &[&[0; KIND][..], &inner].concat()), (0x3001, 0x1e, b"Doorgestuurd\0")]);
        let document = props(&[(0x3701, 0x0d, &[&[0; KIND][..], b"blad"].concat()), (0x3001, 0x1e, b"Blad\0")]);
        let bytes = packed(&[FILE, (2, 0x0006_9005, &message), FILE, (2, 0x0006_9005, &document)]);
        let package = open(&bytes).expect("a package");
        let files: Vec<_> = package.files.iter().map(|file| (file.name.as_deref(), &*file.bytes)).collect();
        assert_eq!(files, [(Some("Lift.txt"), &b"Staat stil."[..]), (Some("Blad"), &b"blad"[..])]);
    }

    #[test]
    fn what_is_cut_off_or_counts_too_much_is_not_opened() {
        let whole = packed(&[PAGE, FILE, TITLE, DATA]);
        for end in 0..whole.len() {
            // Between two attributes nobody can tell.
            let nothing_lost = open(&whole[..end]).is_none_or(|package| package.files.is_empty());
            assert!(nothing_lost, "{end}");
        }
        let many = [0xff; 8];
        assert_eq!(open(&packed(&[(1, 0x0006_9003, &many)])), None);
        assert_eq!(open(&packed(&vec![FILE; FILE_CAP + 1])), None);
        assert_eq!(open(&packed(&[TITLE])), None, "a name of no file");
        assert_eq!(open(b"zomaar"), None);
    }
}
