//! Scanners that do not do what `clamd` does: they hang, break off, and answer what is no answer.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Hangs,
    /// Before it has read anything.
    HangsUp,
    /// In the middle of a file.
    BreaksOff,
    /// In the middle of its answer.
    HalfAnAnswer,
    Answers(&'static str),
    /// Before it has the whole file, and then it hangs up.
    AnswersEarly(&'static str),
}

/// A scanner that goes wrong on every file that holds a text; `""` is on all. Its address.
pub fn opens(fault: Fault, on: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for line in listener.incoming().flatten() {
            std::thread::spawn(move || speaks(line, fault, on));
        }
    });
    address
}

fn speaks(mut line: TcpStream, fault: Fault, on: &str) -> Option<()> {
    if on.is_empty() && fault == Fault::HangsUp {
        return None;
    }
    let mut begin = [0; 10];
    line.read_exact(&mut begin).ok()?;
    if let (true, Fault::AnswersEarly(says)) = (on.is_empty(), fault) {
        return line.write_all(says.as_bytes()).ok();
    }
    let mut file = Vec::new();
    loop {
        let mut length = [0; 4];
        line.read_exact(&mut length).ok()?;
        let length = u32::from_be_bytes(length) as usize;
        if length == 0 {
            break;
        }
        if on.is_empty() && fault == Fault::BreaksOff {
            return None;
        }
        let mut chunk = vec![0; length];
        line.read_exact(&mut chunk).ok()?;
        file.extend(chunk);
    }
    let is_on = String::from_utf8_lossy(&file).contains(on);
    match fault {
        _ if !is_on => line.write_all(b"stream: OK\0").ok(),
        Fault::Hangs => {
            std::thread::sleep(Duration::from_mins(1));
            None
        }
        Fault::HalfAnAnswer => line.write_all(b"stream: OK").ok(),
        Fault::Answers(says) | Fault::AnswersEarly(says) => line.write_all(says.as_bytes()).ok(),
        Fault::HangsUp | Fault::BreaksOff => None,
    }
}
