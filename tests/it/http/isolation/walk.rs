//! The operations of the document, and the requests that the walk makes of each.

use serde_json::{Value, json};

use super::fill::{Named, Sent, Things, bodies, required};
use super::text;
use crate::support::Desk;

/// An operation as the document declares it.
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    /// In the query, with whether each must be there.
    pub query: Vec<(String, bool)>,
    has_body: bool,
    pub is_open: bool,
}

pub fn operations() -> Vec<Operation> {
    let document: Value = serde_json::from_str(&uurwerk::http::document()).expect("a document");
    let paths = document["paths"].as_object().expect("paths").clone();
    let methods = ["get", "post", "patch", "put", "delete"];
    let operations = paths.into_iter().flat_map(|(path, declared)| {
        let declared = declared.as_object().expect("methods").clone();
        declared.into_iter().filter(|(method, _)| methods.contains(&method.as_str())).map(move |(method, one)| {
            let parameters = one["parameters"].as_array().cloned().unwrap_or_default();
            let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
            Operation {
                id: text(&one["operationId"]),
                query: query.map(|one| (text(&one["name"]), one["required"] == json!(true))).collect(),
                has_body: !one["requestBody"].is_null() || method != "get",
                is_open: one["security"] == json!([]),
                method: method.to_uppercase(),
                path: path.clone(),
            }
        })
    });
    operations.collect()
}

/// A request twice: with what is another's, and with what is nowhere.
pub struct Pair {
    pub foreign: (String, Sent),
    pub absent: (String, Sent),
    pub named: Vec<Named>,
}

impl Operation {
    pub fn pairs(&self, things: &Things, own: &str) -> Vec<Pair> {
        let sent = if self.has_body { bodies(&self.id) } else { vec![Sent::Nothing] };
        let mut paths = vec![(format!("/v1{0}", self.path), format!("/v1{0}", self.path), Vec::new())];
        for name in self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let place = format!("{{{name}}}");
            let filled = |(foreign, absent, named): &(String, String, Vec<Named>), one: &Named| {
                (
                    foreign.replace(&place, &one.foreign),
                    absent.replace(&place, &one.absent),
                    [&named[..], std::slice::from_ref(one)].concat(),
                )
            };
            let known = things.in_path(&self.path, name);
            paths = paths.iter().flat_map(|path| known.iter().map(|one| filled(path, one)).collect::<Vec<_>>()).collect();
        }
        // Another's file on a ticket of one's own.
        if self.path == "/tickets/{ref}/attachments/{id}" {
            for one in things.in_path(&self.path, "id") {
                let path = |id: &str| format!("/v1/tickets/{own}/attachments/{id}");
                paths.push((path(&one.foreign), path(&one.absent), vec![one]));
            }
        }
        let must: Vec<_> = self.query.iter().filter(|(_, is_required)| *is_required).map(|(name, _)| name).collect();
        let mut queries = vec![None];
        for (name, _) in &self.query {
            queries.extend(things.in_query(&self.path, name).into_iter().map(|one| Some((name, one))));
        }
        let mut pairs = Vec::new();
        for (foreign, absent, named) in &paths {
            for query in &queries {
                let rest = must.iter().filter(|name| query.as_ref().is_none_or(|(other, _)| other != *name));
                let rest: Vec<_> = rest.map(|name| format!("{name}={}", required(&self.path, name))).collect();
                let with = |path: &str, value: Option<&str>| {
                    let own = query.as_ref().zip(value).map(|((name, _), value)| format!("{name}={value}"));
                    let query: Vec<_> = rest.iter().cloned().chain(own).collect();
                    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
                };
                let asked = query.as_ref().map(|(_, one)| one);
                let (foreign, absent) = (with(foreign, asked.map(|one| &*one.foreign)), with(absent, asked.map(|one| &*one.absent)));
                for sent in &sent {
                    let places = things.in_body();
                    let fill = |pick: fn(&Named) -> &String| match sent {
                        Sent::Json(body) => {
                            let filled = places.iter().fold(body.to_string(), |body, (place, one)| body.replace(place, pick(one)));
                            Sent::Json(serde_json::from_str(&filled).expect("a body"))
                        }
                        other => other.clone(),
                    };
                    let in_body = places.iter().filter(|(place, _)| matches!(sent, Sent::Json(body) if body.to_string().contains(place)));
                    let named = named.iter().chain(asked).chain(in_body.map(|(_, one)| one)).cloned().collect();
                    pairs.push(Pair {
                        foreign: (foreign.clone(), fill(|one| &one.foreign)),
                        absent: (absent.clone(), fill(|one| &one.absent)),
                        named,
                    });
                }
            }
        }
        pairs
    }
}

/// An answer, as far as it may not differ.
#[derive(Debug, PartialEq)]
pub struct Told {
    pub status: u16,
    pub headers: Vec<String>,
    pub body: String,
    pub statements: u64,
}

pub async fn ask(desk: &Desk, token: Option<&str>, method: &str, (path, sent): &(String, Sent)) -> Told {
    let mut request = desk.request(method, path);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request = match sent {
        Sent::Nothing => request,
        Sent::Json(body) => request.json(body),
        Sent::Bytes(bytes) => request.header("content-type", "application/octet-stream").body(*bytes),
    };
    let before = desk.app.db.statements();
    let response = request.send().await.expect("an answer");
    let status = response.status().as_u16();
    // Whether the connection stays open depends on how much of the body had come in.
    let quiet = ["date", "x-request-id", "content-length", "connection"];
    let headers = response.headers().iter().filter(|(name, _)| !quiet.contains(&name.as_str()));
    let headers = headers.map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes()))).collect();
    let body = response.text().await.expect("a body");
    Told { status, headers, body, statements: desk.app.db.statements() - before }
}

/// Both answers. What the desk does meanwhile by itself makes statements as well, so a difference in those alone has to show three times.
pub async fn both(desk: &Desk, token: Option<&str>, method: &str, pair: &Pair) -> (Told, Told) {
    let mut left = 2;
    loop {
        let foreign = ask(desk, token, method, &pair.foreign).await.without(&pair.named, |one| &one.foreign);
        let absent = ask(desk, token, method, &pair.absent).await.without(&pair.named, |one| &one.absent);
        let is_told_apart = (foreign.status, &foreign.headers, &foreign.body) != (absent.status, &absent.headers, &absent.body);
        if left == 0 || is_told_apart || foreign.statements == absent.statements {
            return (foreign, absent);
        }
        left -= 1;
    }
}

impl Told {
    /// Without what it only repeats of the question.
    pub fn without(mut self, named: &[Named], pick: fn(&Named) -> &String) -> Self {
        for one in named {
            self.body = self.body.replace(pick(one), "…");
            self.headers.iter_mut().for_each(|header| *header = header.replace(pick(one), "…"));
        }
        self
    }

    pub fn tells(&self, secrets: &[&str]) -> bool {
        secrets.iter().any(|secret| self.body.contains(secret) || self.headers.iter().any(|header| header.contains(secret)))
    }
}
