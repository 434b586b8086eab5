//! A real identity provider on loopback, with people of IPO and of the desk.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use uurwerk::time::TimeSource;

use crate::support::{Desk, On};

pub const AUDIENCE: &str = "urn:uurwerk:test";

pub struct Provider {
    pub issuer: String,
    // It ends when its input does: with this value, or with the tests.
    running: Child,
}

impl Drop for Provider {
    fn drop(&mut self) {
        drop(self.running.stdin.take());
        drop(self.running.wait());
    }
}

impl Provider {
    pub fn start() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/identity");
        assert!(folder.join("installed").exists(), "run tests/setup.sh: it installs the identity provider");
        let people = json!({
            "anna": { "name": "Anna de Boer", "email": "anna@ipo.example", "email_verified": true, "roles": ["Desk.Requester"], "amr": ["pwd", "mfa"] },
            "bram": { "name": "Bram Visser", "email": "bram@ipo.example", "email_verified": true, "roles": ["Desk.Approver", "Iets.Anders"], "amr": ["pwd", "mfa"] },
            "nobody": { "name": "Zonder Rol", "email": "zonder@ipo.example", "email_verified": true, "roles": ["Iets.Anders"], "amr": ["pwd", "mfa"] },
            // She signs in with a password alone.
            "fenna": { "name": "Fenna Smit", "email": "fenna@ipo.example", "roles": ["Desk.Approver"], "amr": ["pwd"] },
        });
        let mut running = Command::new("node")
            .args(["provider.mjs", &people.to_string()])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node");
        let mut issuer = String::new();
        BufReader::new(running.stdout.take().expect("its output")).read_line(&mut issuer).expect("its address");
        assert!(issuer.starts_with("http://"), "the identity provider does not start");
        Self { issuer: issuer.trim().to_owned(), running }
    }

    /// Settings of a desk that takes its tokens as those of IPO.
    pub fn settings(&self) -> String {
        format!(
            "[[identity.providers]]\nissuer = \"{}\"\naudience = [\"{AUDIENCE}\"]\norganisation = \"ipo\"\nvouches_for_addresses = true\n\
             roles = {{ \"Desk.Requester\" = \"requester\", \"Desk.Approver\" = \"approver\" }}\n",
            self.issuer
        )
    }

    /// A desk with these settings, once it has read the keys.
    pub async fn opens(&self, on: On, settings: &str) -> Desk {
        self.opens_as(&self.issuer, on, settings).await
    }

    /// The same of a desk that has the keys from another issuer.
    pub async fn opens_as(&self, issuer: &str, on: On, settings: &str) -> Desk {
        // Boxed: it holds a whole desk.
        let desk = Box::pin(Desk::open_with_file(on, settings)).await;
        self.is_read_by(&desk, issuer).await;
        desk
    }

    /// Waits until a desk has read the keys. It is asked with a token whose time is over, which makes nobody known to it.
    pub async fn is_read_by(&self, desk: &Desk, issuer: &str) {
        let mut claims = self.claims();
        (claims["iss"], claims["exp"]) = (json!(issuer), json!(now() - 3600));
        let token = self.signs(&json!({ "alg": "RS256" }), &claims).await;
        asks_until_keys_are_read(desk, &token).await;
    }

    /// A token as the provider gives it to somebody.
    pub async fn token_of(&self, who: &str) -> String {
        let asked = reqwest::Client::new().post(format!("{}/token", self.issuer)).basic_auth(who, Some("geheim"));
        let asked = asked.header("content-type", "application/x-www-form-urlencoded").body("grant_type=client_credentials");
        let answer: Value = asked.send().await.expect("an answer").json().await.expect("JSON");
        answer["access_token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// A token signed with the provider's key, whatever it says.
    pub async fn signs(&self, header: &Value, claims: &Value) -> String {
        let body = json!({ "header": header, "claims": claims }).to_string();
        let asked = reqwest::Client::new().post(format!("{}/-/tokens", self.issuer)).body(body);
        asked.send().await.expect("an answer").error_for_status().expect("a token").text().await.expect("a token")
    }

    /// What it publishes of its keys.
    pub async fn keys(&self) -> Value {
        reqwest::get(format!("{}/jwks", self.issuer)).await.expect("keys").json().await.expect("JSON")
    }

    /// Other keys take the place of the present ones.
    pub async fn changes_its_keys(&self) {
        reqwest::Client::new().post(format!("{}/-/keys", self.issuer)).send().await.expect("an answer");
    }

    /// How often its keys were read.
    pub async fn readings(&self) -> u32 {
        let text = reqwest::get(format!("{}/-/readings", self.issuer)).await.expect("an answer").text().await.expect("a number");
        text.parse().expect("a number")
    }

    /// Claims that hold: of Anna, for ten minutes.
    pub fn claims(&self) -> Value {
        let now = now();
        json!({ "iss": self.issuer, "aud": AUDIENCE, "sub": "anna", "name": "Anna de Boer", "email": "anna@ipo.example",
            "roles": ["Desk.Approver"], "amr": ["pwd", "mfa"], "iat": now, "exp": now + 600 })
    }
}

/// Asks with a token until the desk has read the keys by which it is judged; how often that took. On a busy machine a reading may last longer than
/// the desk waits for it, and the next one is half a minute later.
pub async fn asks_until_keys_are_read(desk: &Desk, token: &str) -> u32 {
    for asked in 1..=600 {
        // Not the list of tickets, whose refusals a test looks for in the audit trail.
        if desk.ask(Some(token), "GET", "/v1/contracts", None).await.status != 503 {
            return asked;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("the desk cannot read the keys of the identity provider")
}

/// Another issuer on loopback, with a path and with these keys, until the tests end. Returns its address.
pub fn publishes(path: &str, keys: &Value) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let base = format!("http://{}", listener.local_addr().expect("an address"));
    let issuer = format!("{base}{path}");
    let configuration = json!({ "issuer": issuer, "jwks_uri": format!("{base}/keys") }).to_string();
    let keys = keys.to_string();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut asked = String::new();
            let _ = BufReader::new(&stream).read_line(&mut asked);
            let body = if asked.contains("/.well-known/") { &configuration } else { &keys };
            let head =
                format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
            let _ = stream.write_all((head + body).as_bytes());
        }
    });
    issuer
}

/// Seconds since 1970.
pub fn now() -> u64 {
    u64::try_from(TimeSource::machine().now().to_utc().timestamp()).expect("a time after 1970")
}
