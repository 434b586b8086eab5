//! A name server of a test's own on loopback: texts by name, and no other names.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};

const TXT: [u8; 2] = [0, 16];

pub struct Names {
    pub place: SocketAddr,
}

impl Names {
    /// Answers for as long as the tests run.
    pub fn serve(texts: &[(&str, &str)]) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let place = socket.local_addr().expect("an address");
        let mut known: HashMap<String, Vec<String>> = HashMap::new();
        for (name, text) in texts {
            known.entry((*name).to_owned()).or_default().push((*text).to_owned());
        }
        std::thread::spawn(move || {
            let mut asked = [0; 1500];
            while let Ok((length, from)) = socket.recv_from(&mut asked) {
                if let Some(answer) = answer(&asked[..length], &known) {
                    drop(socket.send_to(&answer, from));
                }
            }
        });
        Self { place }
    }
}

/// RFC 1035, section 4.
fn answer(asked: &[u8], known: &HashMap<String, Vec<String>>) -> Option<Vec<u8>> {
    const HEADER: usize = 12;
    let (mut at, mut labels) = (HEADER, Vec::new());
    loop {
        let length = usize::from(*asked.get(at)?);
        at += 1;
        if length == 0 {
            break;
        }
        labels.push(String::from_utf8_lossy(asked.get(at..at + length)?).to_lowercase());
        at += length;
    }
    let question = asked.get(HEADER..at + 4)?;
    let texts = known.get(&labels.join("."));
    let given = texts.filter(|_| question[question.len() - 4..question.len() - 2] == TXT).map_or(&[][..], Vec::as_slice);
    let no_such_name = if texts.is_none() { 3 } else { 0 };
    let counts = [0, 1, 0, u8::try_from(given.len()).ok()?, 0, 0, 0, 0];
    let mut answer = [&asked[..2], &[0x81, 0x80 | no_such_name], &counts, question].concat();
    for text in given {
        let pieces: Vec<u8> =
            text.as_bytes().chunks(255).flat_map(|piece| [&[u8::try_from(piece.len()).unwrap_or(0)], piece].concat()).collect();
        // The name of the question, as Internet text, for a minute.
        answer.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        answer.extend(u16::try_from(pieces.len()).ok()?.to_be_bytes());
        answer.extend(pieces);
    }
    Some(answer)
}
