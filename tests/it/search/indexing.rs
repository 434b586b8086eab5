//! How the index is written: cheaply, anew for what was there before it, and by names that nobody is changing at that moment.

use std::sync::Mutex;
use std::time::Duration;

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::json;
use uurwerk::store::{self, Scope};
use uurwerk::{cli, usecases};

use super::{explained, found, moves, requester, says, with};
use crate::on_both_databases;
use crate::restricted::redact;
use crate::support::{Desk, On, incident};

on_both_databases!(
    tickets_of_before_are_found_by_all_that_is_said_on_them,
    a_message_costs_the_same_on_a_ticket_with_many,
    nobody_is_renamed_while_their_name_is_being_indexed,
    nothing_is_registered_while_somebody_is_being_renamed,
);

/// The rows of the index, as text.
async fn rows(desk: &Desk) -> Vec<String> {
    let sql = desk.behind().await;
    let row = match desk.on() {
        On::Sqlite => "(id >> 20) || ' ' || hex(source) || ' ' || (id & 1) || words",
        On::Postgres => "concat(number, ' ', source, ' ', is_public, ' ', words)",
    };
    let asked = Statement::from_string(sql.get_database_backend(), format!("SELECT {row} AS row FROM ticket_search"));
    let rows = sql.query_all_raw(asked).await.expect("rows");
    let sorted = |row: String| {
        // The order of a ticket's references is theirs.
        let mut words: Vec<_> = row.split(' ').map(str::to_owned).collect();
        words.sort_unstable();
        words.join(" ")
    };
    let mut rows: Vec<_> = rows.iter().map(|row| sorted(row.try_get("", "row").expect("a row"))).collect();
    rows.sort_unstable();
    rows
}

/// A desk on which all was done that writes into the index or takes out of it.
async fn busy(desk: &Desk) {
    let number = desk
        .registers(&with(
            &json!({ "externalReferences": [{ "system": "topdesk", "reference": "M1" }, { "system": "jira", "reference": "J-2" }],
            "occurredAt": "2026-03-02T07:30:00+01:00", "occurredAtReason": "Storing van de desk." }),
        ))
        .await;
    let erased = desk.registers(&with(&json!({ "requester": { "name": "Bo Vink", "email": "bo@ipo.example" } }))).await;
    let renamed = desk.registers(&with(&json!({ "requester": { "name": "Cor Vis", "email": "cor@ipo.example" } }))).await;
    for visibility in ["public", "internal"] {
        says(desk, &number, visibility, "Transceiver vervangen, garantie verlopen.").await;
        let id = says(desk, &number, visibility, "Te veel gezegd over 123456782.").await;
        redact(desk, &number, &json!({ "what": "message", "target": id, "reason": "Een nummer." })).await;
    }
    let mail = "From: Dirk <dirk@ipo.example>\nSubject: Vraag over het scherm\nMessage-ID: <1@ipo.example>\n\nHet knippert.\n";
    assert_eq!(desk.mail_arrives("servicedesk", mail).await.body["outcome"], "ticket");
    let worked = desk.post(&format!("/v1/tickets/{number}/work-logs"), &json!({ "minutes": 15, "text": "Logboeken bekeken." })).await;
    let path = format!("/v1/tickets/{number}/work-logs/{}/corrections", worked.body["id"].as_str().expect("an id"));
    assert_eq!(desk.post(&path, &json!({ "text": "Op een andere melding." })).await.status, 201);
    moves(desk, &number, "in_progress", "Opgepakt.").await;
    moves(desk, &number, "resolved", "Module omgewisseld.").await;
    let (problem, version) = explained(desk, "Condensatoren.", "Vervangen.").await;
    desk.explains(&problem).await;
    redact(desk, &problem, &json!({ "what": "part", "target": version, "reason": "Een merk." })).await;
    desk.patch(&format!("/v1/tickets/{number}"), &json!({ "title": "Printer rookt" })).await;
    redact(desk, &renamed, &json!({ "what": "texts", "reason": "Een naam." })).await;
    let cor = requester(desk, &renamed).await;
    assert_eq!(desk.patch(&format!("/v1/people/{cor}"), &json!({ "name": "Cor Baars" })).await.status, 200);
    let bo = requester(desk, &erased).await;
    assert_eq!(desk.post("/v1/erasures", &json!({ "person": bo, "reason": "Verzoek." })).await.status, 201);
    desk.passes("P1D").await;
}

async fn tickets_of_before_are_found_by_all_that_is_said_on_them(desk: &Desk) {
    busy(desk).await;
    let before = rows(desk).await;
    assert_eq!(before.len(), 22, "{before:?}");
    if desk.on() == On::Sqlite {
        let compared = "INSERT INTO ticket_search_index (ticket_search_index, rank) VALUES ('integrity-check', 1)";
        desk.behind().await.execute_unprepared(compared).await.expect("the table of words is that of the rows");
    }
    let steps = Migrator::migrations();
    let own = steps.iter().position(|step| step.name() == "m0028_searched_texts").expect("the step");
    Migrator::down(&desk.behind().await, Some(u32::try_from(steps.len() - own).expect("few"))).await.expect("down");
    cli::migrated_by_owner(&desk.app.settings).await.expect("up");
    // Later steps were undone as well, and took the records of work along.
    let of_work = |row: &String| row.contains("logboeken") || row.contains("melding");
    let kept: Vec<_> = before.into_iter().filter(|row| !of_work(row)).collect();
    assert_eq!(rows(desk).await, kept, "written anew, it is as it was written bit by bit");
    assert_eq!(desk.rows("search_backlog").await, 0);
    assert_eq!(found(desk, "omgewisseld garantie").await.len(), 1);
    // As after a crash while it was written: the workers make good what is left.
    let sql = desk.behind().await;
    sql.execute_unprepared("DELETE FROM ticket_search").await.expect("an empty index");
    sql.execute_unprepared("INSERT INTO search_backlog SELECT id FROM ticket").await.expect("a list");
    assert_eq!(usecases::schema::index_backlog(&desk.app.db, || true).await.expect("it stops"), 0);
    let written = usecases::schema::index_backlog(&desk.app.db, || false).await.expect("it is written");
    assert_eq!(i64::try_from(written).expect("few"), desk.rows("ticket").await);
    assert_eq!(rows(desk).await, kept);
}

async fn a_message_costs_the_same_on_a_ticket_with_many(desk: &Desk) {
    let (short, long) = (desk.registers(&incident("p3")).await, desk.registers(&incident("p3")).await);
    for _ in 0..30 {
        says(desk, &long, "public", "Transceiver vervangen.").await;
    }
    says(desk, &short, "public", "Transceiver vervangen.").await;
    let cost = async |number: &str| {
        let (rows, statements) = (desk.rows("ticket_search").await, desk.app.db.statements());
        says(desk, number, "public", "Garantie verlopen.").await;
        (desk.app.db.statements() - statements, desk.rows("ticket_search").await - rows)
    };
    let (of_short, of_long) = (cost(&short).await, cost(&long).await);
    assert_eq!((of_short, of_short.1), (of_long, 1), "a row, whatever is there");
}

/// Whoever registers a ticket reads the name of its requester, and writes it into the index.
async fn nobody_is_renamed_while_their_name_is_being_indexed(desk: &Desk) {
    let number = desk.registers(&with(&json!({ "requester": { "name": "Anna Zwaluw", "email": "anna@ipo.example" } }))).await;
    let path = format!("/v1/people/{}", requester(desk, &number).await);
    let (read, was_read) = tokio::sync::oneshot::channel();
    let read = Mutex::new(Some(read));
    let id = store::tickets::find(&desk.app.all(), number.parse().expect("a number")).await.expect("read").expect("a ticket").id;
    let registers = desk.app.keep_books(&Scope::ALL, async |tx| {
        store::erasures::hold_off(tx).await?;
        let ticket = store::tickets::find(tx, uurwerk::domain::ticket::TicketRef::Id(id)).await?.expect("a ticket");
        let people = store::people::find(tx, &[ticket.requester_id.expect("a requester")]).await?;
        read.lock().expect("a sender").take().map(|read| read.send(()));
        tokio::time::sleep(Duration::from_millis(200)).await;
        let ticket = uurwerk::domain::ticket::Ticket { number: 999_999, ..ticket };
        Ok(store::search::put_new(tx, std::iter::once((&ticket, people.first(), &[][..]))).await?)
    });
    let renames = async {
        was_read.await.expect("it was read");
        assert_eq!(desk.patch(&path, &json!({ "name": "Anna Vink" })).await.status, 200);
    };
    let (registered, ()) = tokio::join!(registers, renames);
    registered.expect("it is registered");
    let rows = rows(desk).await;
    let named = |name: &str| rows.iter().filter(|row| row.contains(name)).count();
    assert_eq!((named("zwaluw"), named("vink")), (0, 2), "{rows:?}");
}

async fn nothing_is_registered_while_somebody_is_being_renamed(desk: &Desk) {
    let (go, gone) = tokio::sync::oneshot::channel();
    let (held, is_held) = tokio::sync::oneshot::channel();
    let ends = Mutex::new(Some((held, gone)));
    let renames = desk.app.keep_books(&Scope::ALL, async |tx| {
        store::erasures::alone(tx).await?;
        let ends = ends.lock().expect("both").take();
        if let Some((held, gone)) = ends {
            held.send(()).expect("somebody waits");
            drop(gone.await);
        }
        Ok(())
    });
    let registers = async {
        is_held.await.expect("it began");
        let ticket = incident("p3");
        let mut registered = Box::pin(desk.post("/v1/tickets", &ticket));
        let waits = tokio::time::timeout(Duration::from_millis(300), &mut registered).await;
        assert!(waits.is_err(), "whoever registers waits");
        go.send(()).expect("somebody waits");
        assert_eq!(registered.await.status, 201);
    };
    let (outcome, ()) = tokio::join!(renames, registers);
    outcome.expect("it ended");
}
