//! Who issues access tokens to the desk, and tells the mail server whether one holds.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

#[derive(Default)]
struct Books {
    asked: Vec<String>,
    /// The one token that holds.
    current: Option<String>,
}

pub struct Issuer {
    pub url: String,
    books: Arc<Mutex<Books>>,
}

impl Issuer {
    /// Of tokens for one mailbox.
    pub fn start(person: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let books = Arc::new(Mutex::new(Books::default()));
        let shared = books.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                drop(serve(&stream, &shared, person));
            }
        });
        Self { url, books }
    }

    /// What it was asked for tokens.
    pub fn asked(&self) -> Vec<String> {
        self.books().asked.clone()
    }

    pub fn holds(&self, token: &str) -> bool {
        self.books().current.as_deref() == Some(token)
    }

    /// The token that it issued holds no longer.
    pub fn withdraws(&self) {
        self.books().current = None;
    }

    fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn serve(stream: &TcpStream, books: &Mutex<Books>, person: &str) -> std::io::Result<()> {
    let (mut reader, mut out) = (BufReader::new(stream), stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first)?;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(figure) = line.to_lowercase().strip_prefix("content-length:") {
            length = figure.trim().parse().unwrap_or_default();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, answer) = if first.starts_with("POST /token ") {
        books.asked.push(String::from_utf8_lossy(&body).into_owned());
        let token = format!("token-{}", books.asked.len());
        books.current = Some(token.clone());
        ("200 OK", json!({ "access_token": token, "token_type": "Bearer", "expires_in": 3600 }))
    } else {
        let token = first.split_once("token=").and_then(|(_, rest)| rest.split(' ').next());
        match books.current.as_deref() {
            Some(current) if token == Some(current) => ("200 OK", json!({ "active": "true", "username": person })),
            _ => ("401 Unauthorized", json!({ "error": "invalid_token" })),
        }
    };
    let answer = answer.to_string();
    let head =
        format!("HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    out.write_all((head + &answer).as_bytes())
}
