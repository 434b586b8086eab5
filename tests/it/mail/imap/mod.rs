//! Mail that the desk fetches itself: from a real server, and from one that lies.

mod dovecot;
mod liar;
mod lies;
pub mod tokens;

use std::sync::Arc;
use std::time::Duration;

use actix_web::rt::task::JoinHandle;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use uurwerk::app::App;
use uurwerk::domain::contract::TicketType;
use uurwerk::jobs;
use uurwerk::mail::imap::Server;
use uurwerk::settings::{Imap, Tls};

use crate::on_both_databases;
use crate::support::{Desk, On, postgres};
use dovecot::{Dovecot, PASSWORD};
use tokens::Issuer;

on_both_databases!(
    a_mail_becomes_a_ticket_as_soon_as_the_server_tells_of_it_and_is_moved,
    a_server_that_tells_of_nothing_and_moves_nothing_is_looked_at_again_and_again,
    each_mailbox_has_its_contract_and_its_type,
    of_two_processes_one_fetches_and_the_other_takes_over_when_it_ends,
    a_mail_that_the_desk_cannot_store_waits_and_holds_up_no_other,
);

/// The program at work on its mailboxes; it is killed in the end.
struct Fetching {
    door: Desk,
    running: JoinHandle<()>,
}

impl Fetching {
    /// A process of a desk that fetches the mail of these mailboxes.
    async fn start(desk: &Desk, mailboxes: &[(&str, Imap)]) -> Self {
        let door = desk.another_door_with(|settings| {
            for (name, imap) in mailboxes {
                settings.mailboxes.get_mut(*name).expect("a mailbox").imap = Some(imap.clone());
            }
        });
        Self::at(door.await)
    }

    fn at(door: Desk) -> Self {
        let app: Arc<App> = door.app.clone();
        Self { running: actix_web::rt::spawn(async move { jobs::imap::run(&app).await }), door }
    }

    async fn dies(mut self) {
        self.running.abort();
        drop((&mut self.running).await);
    }

    /// Since when mailboxes cannot be reached, as whoever operates the desk sees it.
    async fn unreached(&self) -> usize {
        self.door.get("/readyz").await.body["mailboxesUnreachedSince"].as_array().map_or(0, Vec::len)
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.running.abort();
    }
}

fn mail(from: &str, subject: &str) -> String {
    let id = subject.replace(' ', "-");
    format!(
        "From: {from}\r\nTo: servicedesk@uurwerk.example\r\nSubject: {subject}\r\nMessage-ID: <{id}@elders.example>\r\n\r\nHet doet het niet.\r\n"
    )
}

fn of_anna(subject: &str) -> String {
    mail("Anna <anna@ipo.example>", subject)
}

/// The titles of all tickets, in the order of the alphabet.
async fn titles(desk: &Desk) -> Vec<String> {
    let tickets = desk.get("/v1/tickets").await;
    let title = |ticket: &Value| ticket["title"].as_str().expect("a title").to_owned();
    let mut titles: Vec<_> = tickets.body["items"].as_array().expect("tickets").iter().map(title).collect();
    titles.sort_unstable();
    titles
}

/// What became of all mails, in the order of the alphabet.
async fn outcomes(desk: &Desk) -> Vec<String> {
    let mails = desk.get("/v1/inbound-messages").await;
    let outcome = |mail: &Value| mail["outcome"].as_str().expect("an outcome").to_owned();
    let mut outcomes: Vec<_> = mails.body["items"].as_array().expect("mails").iter().map(outcome).collect();
    outcomes.sort_unstable();
    outcomes
}

/// Waits for something that takes as long as it takes, such as a program of somebody else's.
async fn until(what: &str, mut is: impl AsyncFnMut() -> bool) {
    for _ in 0..2400 {
        if is().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("it never came to this: {what}");
}

async fn a_mail_becomes_a_ticket_as_soon_as_the_server_tells_of_it_and_is_moved(desk: &Desk) {
    let server = Dovecot::start(&["office"], "");
    server.delivers("office", of_anna("Al daar").as_bytes());
    let fetching = Fetching::start(desk, &[("servicedesk", server.imap("office"))]).await;
    until("what was there is a ticket", async || titles(desk).await == ["Al daar"] && server.holds("office") == (0, 1)).await;
    // The next look is ten minutes away.
    server.delivers("office", of_anna("Net binnen").as_bytes());
    until("what came since is one", async || titles(desk).await == ["Al daar", "Net binnen"] && server.holds("office") == (0, 2)).await;
    let ticket = desk.get("/v1/tickets").await.body["items"][0].clone();
    assert_eq!((&ticket["channel"], &ticket["requester"]["email"]), (&json!("email"), &json!("anna@ipo.example")));
    assert_eq!((outcomes(desk).await, fetching.unreached().await), (vec!["ticket".to_owned(); 2], 0));

    // It waits for the server, and stops at once.
    fetching.door.app.stop();
    until("it has stopped", async || fetching.running.is_finished()).await;
}

async fn a_server_that_tells_of_nothing_and_moves_nothing_is_looked_at_again_and_again(desk: &Desk) {
    let server = Dovecot::start(&["office"], "imap_capability = IMAP4rev1 UIDPLUS\n");
    let imap = Imap { poll_seconds: 1, ..server.imap("office") };
    let _fetching = Fetching::start(desk, &[("servicedesk", imap)]).await;
    for (at, subject) in ["Een", "Twee"].into_iter().enumerate() {
        server.delivers("office", of_anna(subject).as_bytes());
        until("it is a ticket", async || titles(desk).await.len() == at + 1 && server.holds("office") == (0, at + 1)).await;
    }
}

/// MAIL-01, MAIL-07.
async fn each_mailbox_has_its_contract_and_its_type(desk: &Desk) {
    let server = Dovecot::start(&["office", "support"], "");
    let door = desk.another_door_with(|settings| {
        for (name, person) in [("servicedesk", "office"), ("support", "support")] {
            settings.mailboxes.get_mut(name).expect("a mailbox").imap = Some(server.imap(person));
        }
        settings.mailboxes.get_mut("servicedesk").expect("a mailbox").default_type = TicketType::Problem;
    });
    let _fetching = Fetching::at(door.await);
    server.delivers("office", of_anna("Bij de een").as_bytes());
    server.delivers("support", mail("piet@gemeente-voorbeeld.example", "Bij de ander").as_bytes());
    until("both are tickets", async || titles(desk).await.len() == 2).await;
    let tickets = desk.get("/v1/tickets").await.body["items"].clone();
    let mut found: Vec<_> =
        tickets.as_array().expect("tickets").iter().map(|one| [&one["title"], &one["contract"], &one["type"]]).collect();
    found.sort_by_key(|one| one[0].to_string());
    assert_eq!(found[0], [&json!("Bij de ander"), &json!("covide"), &json!("incident")]);
    assert_eq!(found[1], [&json!("Bij de een"), &json!("dap-example"), &json!("problem")]);
}

async fn of_two_processes_one_fetches_and_the_other_takes_over_when_it_ends(desk: &Desk) {
    let server = Dovecot::start(&["office"], "");
    let mailboxes = [("servicedesk", server.imap("office"))];
    let (one, _other) = (Fetching::start(desk, &mailboxes).await, Fetching::start(desk, &mailboxes).await);
    let subjects: Vec<_> = (1..=5).map(|at| format!("Storing {at}")).collect();
    for subject in &subjects {
        server.delivers("office", of_anna(subject).as_bytes());
    }
    until("all are tickets", async || titles(desk).await == subjects && server.holds("office") == (0, 5)).await;
    assert_eq!(desk.rows("inbound_mail").await, 5, "none was fetched twice");
    one.dies().await;
    server.delivers("office", of_anna("Daarna").as_bytes());
    until("the other one fetches", async || titles(desk).await.contains(&"Daarna".to_owned())).await;
}

async fn a_mail_that_the_desk_cannot_store_waits_and_holds_up_no_other(desk: &Desk) {
    let behind = desk.behind().await;
    let (made, removed) = match desk.on() {
        On::Sqlite => (
            "CREATE TRIGGER poison BEFORE INSERT ON inbound_mail WHEN NEW.subject LIKE 'Gif%' BEGIN SELECT RAISE(ABORT, 'poison'); END",
            "DROP TRIGGER poison",
        ),
        On::Postgres => (
            "CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$; \
             CREATE TRIGGER poison BEFORE INSERT ON inbound_mail FOR EACH ROW WHEN (NEW.subject LIKE 'Gif%') EXECUTE FUNCTION poison()",
            "DROP TRIGGER poison ON inbound_mail",
        ),
    };
    behind.execute_unprepared(made).await.expect("a trigger");
    let server = Dovecot::start(&["office"], "");
    for subject in ["Gif 1", "Gif 2", "Gif 3", "Gif 4", "Gewoon"] {
        server.delivers("office", of_anna(subject).as_bytes());
    }
    let fetching = Fetching::start(desk, &[("servicedesk", server.imap("office"))]).await;
    until("the one behind them is a ticket", async || titles(desk).await == ["Gewoon"] && server.holds("office") == (4, 1)).await;
    assert_eq!(fetching.unreached().await, 0, "the mailbox is not to blame");
    behind.execute_unprepared(removed).await.expect("no trigger");
    until("they are taken in", async || server.holds("office") == (0, 5)).await;
    // One that was just being tried may have been kept aside, which is what the desk does with what it cannot make a ticket of.
    assert!(outcomes(desk).await.iter().all(|outcome| outcome == "ticket" || outcome == "quarantined"));
    assert_eq!(desk.rows("inbound_mail").await, 5, "each once");
}

/// What is too large is not read whole; what is no mail is kept as what it is.
#[actix_web::test]
async fn a_mail_that_is_too_large_and_one_that_cannot_be_read_are_kept_as_refused_and_moved() {
    let desk = Desk::open(On::Sqlite).await;
    let server = Dovecot::start(&["office"], "");
    let large = of_anna("Te groot") + &"een regel van een groot bestand\r\n".repeat(850_000);
    assert!(large.len() > 26 * 1024 * 1024);
    server.delivers("office", large.as_bytes());
    server.delivers("office", &[0, 1, 2, 3]);
    let _fetching = Fetching::start(&desk, &[("servicedesk", server.imap("office"))]).await;
    until("both are moved", async || server.holds("office") == (0, 2)).await;
    let mails = desk.get("/v1/inbound-messages").await.body["items"].clone();
    let of = |subject: &Value| mails.as_array().and_then(|mails| mails.iter().find(|mail| mail["subject"] == *subject).cloned());
    let (large, unread) = (of(&json!("Te groot")).expect("a mail"), of(&Value::Null).expect("a mail"));
    assert_eq!((&large["outcome"], &unread["outcome"]), (&json!("refused"), &json!("refused")), "{mails}");
    assert!(large["reason"].as_str().expect("a reason").contains("too large"), "{large}");
    let path = format!("/v1/inbound-messages/{}/content", large["id"].as_str().expect("an id"));
    let content =
        desk.request("GET", &path).bearer_auth(crate::support::ADMIN).send().await.expect("an answer").text().await.expect("text");
    assert!(content.contains("Subject: Te groot") && !content.contains("een regel"), "{content}");
    assert_eq!(titles(&desk).await, Vec::<String>::new());
}

#[actix_web::test]
async fn a_server_that_goes_away_is_told_of_and_its_mail_comes_in_when_it_is_back() {
    let desk = Desk::open(On::Sqlite).await;
    let mut server = Dovecot::start(&["office"], "");
    let fetching = Fetching::start(&desk, &[("servicedesk", server.imap("office"))]).await;
    server.delivers("office", of_anna("Ervoor").as_bytes());
    until("it works", async || server.holds("office") == (0, 1)).await;
    server.stops();
    until("that it is away is told", async || fetching.unreached().await == 1).await;
    let ready = fetching.door.get("/readyz").await;
    assert_eq!((ready.status, &ready.body["status"]), (200, &json!("impaired")), "tickets come in by other ways");
    server.delivers("office", of_anna("Erna").as_bytes());
    server.starts();
    until("its mail is there", async || titles(&desk).await == ["Erna", "Ervoor"]).await;
    until("that it is back is told", async || fetching.unreached().await == 0).await;
}

#[actix_web::test]
async fn a_wrong_password_is_told_of_tried_again_and_no_other_mailbox_waits_for_it() {
    let desk = Desk::open(On::Sqlite).await;
    let server = Dovecot::start(&["office", "support"], "");
    server.passwords(&[("office", "anders"), ("support", PASSWORD)]);
    let mailboxes = [("servicedesk", server.imap("office")), ("support", server.imap("support"))];
    let fetching = Fetching::start(&desk, &mailboxes).await;
    server.delivers("office", of_anna("Achter slot").as_bytes());
    server.delivers("support", mail("piet@gemeente-voorbeeld.example", "Open").as_bytes());
    until("the other mailbox works", async || titles(&desk).await == ["Open"]).await;
    until("it is told", async || fetching.unreached().await == 1).await;
    server.passwords(&[("office", PASSWORD), ("support", PASSWORD)]);
    until("the password holds", async || titles(&desk).await == ["Achter slot", "Open"]).await;
    until("it is told", async || fetching.unreached().await == 0).await;
}

/// And its folders have the names that people gave them.
#[actix_web::test]
async fn a_server_that_begins_in_the_clear_is_told_nothing_before_tls() {
    let desk = Desk::open(On::Sqlite).await;
    let server = Dovecot::start(&["office"], "");
    let imap = Imap { tls: Tls::Starttls, port: server.clear_port, done_folder: "Klaar & gezien, é".to_owned(), ..server.imap("office") };
    let fetching = Fetching::start(&desk, &[("servicedesk", imap)]).await;
    server.delivers("office", of_anna("Storing").as_bytes());
    until("it is moved", async || server.holds_in("office", ".Klaar &- gezien, &AOk-") == 1).await;
    assert_eq!((titles(&desk).await, fetching.unreached().await), (vec!["Storing".to_owned()], 0));
    let log = std::fs::read_to_string(server.file("log")).unwrap_or_default();
    assert!(log.lines().filter(|line| line.contains("Login: user")).all(|line| line.contains("TLS")), "{log}");
}

#[actix_web::test]
async fn a_certificate_that_nobody_vouches_for_is_not_trusted() {
    let desk = Desk::open(On::Sqlite).await;
    let server = Dovecot::start(&["office"], "");
    server.delivers("office", of_anna("Storing").as_bytes());
    let imap = Imap { certificate: None, ..server.imap("office") };
    let fetching = Fetching::start(&desk, &[("servicedesk", imap)]).await;
    until("it is told", async || fetching.unreached().await == 1).await;
    assert_eq!(server.holds("office"), (1, 0));
    let log = std::fs::read_to_string(server.file("log")).unwrap_or_default();
    assert!(!log.contains("Login: user"), "{log}");
}

#[actix_web::test]
async fn while_the_database_is_away_mail_stays_where_it_is() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let server = Dovecot::start(&["office"], "");
    let _fetching = Fetching::start(&desk, &[("servicedesk", server.imap("office"))]).await;
    server.delivers("office", of_anna("Ervoor").as_bytes());
    until("it works", async || server.holds("office") == (0, 1)).await;
    postgres::close(&name);
    server.delivers("office", of_anna("Intussen").as_bytes());
    until("the desk cannot be used", async || desk.get("/readyz").await.status == 503).await;
    assert_eq!(server.holds("office"), (1, 1));
    postgres::reopen(&name);
    until("it is a ticket", async || desk.get("/readyz").await.status == 200 && titles(&desk).await == ["Ervoor", "Intussen"]).await;
    until("it is moved", async || server.holds("office") == (0, 2)).await;
}

#[actix_web::test]
async fn a_mailbox_is_opened_with_an_access_token_and_with_another_when_that_is_withdrawn() {
    let desk = Desk::open(On::Sqlite).await;
    let issuer = Issuer::start("office");
    let more = "auth_mechanisms = xoauth2\npassdb {\n  driver = oauth2\n  mechanisms = xoauth2\n  args = FOLDER/oauth\n}\n";
    let mut server = Dovecot::prepared(&["office"], more);
    let url = &issuer.url;
    let introspection =
        format!("tokeninfo_url = {url}/tokeninfo?token=\nusername_attribute = username\nactive_attribute = active\nactive_value = true\n");
    std::fs::write(server.file("oauth"), introspection).expect("settings");
    server.starts();
    let imap = dovecot::imap(&format!(
        "host = \"localhost\"\nport = {}\ncertificate = \"{}\"\nusername = \"office\"\n\
         oauth = {{ token_url = \"{url}/token\", client_id = \"desk & co\", scope = \"https://outlook.example/.default\" }}\n",
        server.imap("office").port,
        server.file("server.crt").display()
    ));
    let _fetching = Fetching::start(&desk, &[("servicedesk", imap.clone())]).await;
    server.delivers("office", of_anna("Een").as_bytes());
    until("it is a ticket", async || titles(&desk).await == ["Een"]).await;
    assert_eq!(
        issuer.asked(),
        ["grant_type=client_credentials&client_id=desk%20%26%20co&client_secret=geheim&scope=https%3A%2F%2Foutlook.example%2F.default"]
    );
    // Good for an hour, as far as whoever asked for it was told.
    let mailbox = Server::new(&imap).expect("a mailbox");
    for asked in [2, 2] {
        mailbox.open().await.expect("it is open");
        assert_eq!(issuer.asked().len(), asked);
    }
    issuer.withdraws();
    mailbox.open().await.expect("it is open");
    assert_eq!(issuer.asked().len(), 3);
}
