//! Row-level security on PostgreSQL: what holds when the program's own scoping is passed by.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, Statement, TransactionTrait};
use serde_json::{Value, json};
use uurwerk::domain::permission::Role;
use uurwerk::store::policies;
use uurwerk::usecases::tokens::{self, NewToken};

use crate::support::{Desk, On, incident, postgres};

/// Whose rows are looked for, and who looks.
const OURS: &str = "ipo";
const THEIRS: &str = "gemeente-voorbeeld";

/// A desk with rows of one organisation in every table that has an organisation; those that no door writes are written behind its back.
async fn seeded() -> Desk {
    let desk = Desk::open(On::Postgres).await;
    let mut ticket = incident("p2");
    ticket["externalReferences"] = json!([{ "system": "topdesk", "reference": "M1" }]);
    let number = desk.registers(&ticket).await;
    desk.post(&format!("/v1/tickets/{number}/messages"), &json!({ "visibility": "public", "body": "Hallo." })).await;
    desk.send_raw(&format!("/v1/tickets/{number}/attachments?name=a.txt"), b"a".to_vec(), &[("content-type", "text/plain")]).await;
    let mut problem = incident("p3");
    problem["type"] = json!("problem");
    problem.as_object_mut().expect("fields").remove("priority");
    let problem = desk.registers(&problem).await;
    desk.explains(&problem).await;
    desk.mail_arrives("servicedesk", "From: anna@ipo.example\nSubject: x\nMessage-ID: <1@x>\n\nx\n").await;
    desk.passes("P3D").await;
    desk.token_of(OURS).await;
    let superuser = desk.behind().await;
    for table in tables(&superuser).await {
        if counted(&superuser, &format!("{table} WHERE organisation = '{OURS}'")).await == 0 {
            fabricate(&superuser, &table).await;
        }
    }
    desk
}

/// A row that no door of the seeded desk writes, with any value where it must have one.
async fn fabricate(superuser: &DatabaseConnection, table: &str) {
    let asked = "SELECT column_name::text AS name, data_type::text AS kind FROM information_schema.columns \
        WHERE table_schema = 'public' AND table_name = $1 AND (is_nullable = 'NO' OR column_name = 'organisation')";
    let asked = Statement::from_sql_and_values(superuser.get_database_backend(), asked, [table.into()]);
    let (mut names, mut values) = (Vec::new(), Vec::new());
    for row in superuser.query_all_raw(asked).await.expect("columns") {
        let (name, kind): (String, String) = (row.try_get("", "name").expect("a name"), row.try_get("", "kind").expect("a type"));
        values.push(match (name.as_str(), kind.as_str()) {
            ("organisation", _) => format!("'{OURS}'"),
            (_, "uuid") => "gen_random_uuid()".to_owned(),
            (_, "integer" | "bigint" | "smallint") => "1".to_owned(),
            (_, "boolean") => "false".to_owned(),
            (_, "jsonb" | "json") => "'{}'".to_owned(),
            (_, "bytea") => "''::bytea".to_owned(),
            (_, kind) if kind.starts_with("timestamp") || kind == "date" => "now()".to_owned(),
            _ => "'x'".to_owned(),
        });
        names.push(format!("\"{name}\""));
    }
    let tx = superuser.begin().await.expect("a transaction");
    // What it refers to need not be there.
    tx.execute_unprepared("SET LOCAL session_replication_role = replica").await.expect("no triggers");
    let sql = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), values.join(", "));
    tx.execute_unprepared(&sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
    tx.commit().await.expect("a row");
}

/// Every table with an organisation, as the database has them.
async fn tables(sql: &DatabaseConnection) -> BTreeSet<String> {
    let asked =
        "SELECT table_name::text AS name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'organisation'";
    let rows = sql.query_all_raw(Statement::from_string(sql.get_database_backend(), asked)).await.expect("tables");
    rows.iter().map(|row| row.try_get("", "name").expect("a name")).collect()
}

async fn counted(sql: &impl ConnectionTrait, from: &str) -> i64 {
    let asked = Statement::from_string(sql.get_database_backend(), format!("SELECT COUNT(*) AS n FROM {from}"));
    sql.query_one_raw(asked).await.expect("a count").expect("a row").try_get("", "n").expect("a figure")
}

/// A transaction of the role that the program connects as, with a scope of one's own; without one when nothing is named.
async fn within(app: &DatabaseConnection, rows: &str, organisations: &str, person: &str) -> DatabaseTransaction {
    let tx = app.begin().await.expect("a transaction");
    if !rows.is_empty() {
        let set = "SELECT set_config('uurwerk.rows', $1, true), set_config('uurwerk.organisations', $2, true), set_config('uurwerk.person', $3, true)";
        let values = [rows.into(), organisations.into(), person.into()];
        tx.query_one_raw(Statement::from_sql_and_values(tx.get_database_backend(), set, values)).await.expect("a scope");
    }
    tx
}

async fn refused(app: &DatabaseConnection, rows: &str, organisations: &str, sql: &str, values: Vec<sea_orm::Value>) -> bool {
    let tx = within(app, rows, organisations, "").await;
    match tx.execute_raw(Statement::from_sql_and_values(tx.get_database_backend(), sql, values)).await {
        Ok(done) => done.rows_affected() == 0,
        Err(error) => {
            assert!(error.to_string().contains("row-level security"), "{sql}: {error}");
            true
        }
    }
}

#[actix_web::test]
async fn every_table_with_an_organisation_is_guarded_and_its_rows_are_out_of_reach_for_another_whatever_the_program_asks() {
    let desk = Box::pin(seeded()).await;
    let (superuser, app) =
        (desk.behind().await, Database::connect(desk.app.settings.database.url.to_string()).await.expect("a connection"));
    assert_eq!(policies::weakness(&desk.app.db).await.expect("a role"), None, "the suite runs as a role that owns nothing");
    let tables = tables(&superuser).await;
    assert!(tables.len() >= 16, "{tables:?}");
    let mut figures = Vec::new();
    for table in &tables {
        let theirs = format!("{table} WHERE organisation = '{OURS}'");
        let there = counted(&superuser, &theirs).await;
        assert!(there > 0, "nothing proves anything of {table}");
        for (rows, organisations) in [("", ""), ("organisations", THEIRS), ("organisations", ""), ("person", THEIRS)] {
            let tx = within(&app, rows, organisations, "018f4c1e-7a3b-7c00-8000-0000000000aa").await;
            assert_eq!(counted(&tx, &theirs).await, 0, "{table} as {rows} {organisations}");
            drop(tx);
            let row =
                Statement::from_string(superuser.get_database_backend(), format!("SELECT to_jsonb({table}) AS row FROM {theirs} LIMIT 1"));
            let row: Value = superuser.query_one_raw(row).await.expect("a row").expect("a row").try_get("", "row").expect("JSON");
            let insert = format!("INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1)");
            assert!(refused(&app, rows, organisations, &insert, vec![row.into()]).await, "{table}: inserted as {rows} {organisations}");
            let change = format!("UPDATE {table} SET organisation = '{THEIRS}' WHERE organisation = '{OURS}'");
            assert!(refused(&app, rows, organisations, &change, Vec::new()).await, "{table}: changed as {rows} {organisations}");
            let delete = format!("DELETE FROM {theirs}");
            assert!(refused(&app, rows, organisations, &delete, Vec::new()).await, "{table}: deleted as {rows} {organisations}");
        }
        let give = format!("UPDATE {table} SET organisation = '{THEIRS}'");
        assert!(refused(&app, "organisations", OURS, &give, Vec::new()).await, "{table}: a row was given to another organisation");
        let tx = within(&app, "organisations", OURS, "").await;
        assert_eq!(counted(&tx, &theirs).await, there, "{table}: its own");
        drop(tx);
        assert_eq!(counted(&within(&app, "all", "", "").await, &theirs).await, there, "{table}: everything");
        assert_eq!(counted(&superuser, &theirs).await, there, "{table}: nothing is lost");
        figures.push(format!("{table} {there}"));
    }
    println!("{} tables are guarded: {}", tables.len(), figures.join(", "));
}

/// Every table of the schema, as the database has them.
async fn all_tables(sql: &DatabaseConnection) -> BTreeSet<String> {
    let asked =
        "SELECT table_name::text AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    let rows = sql.query_all_raw(Statement::from_string(sql.get_database_backend(), asked)).await.expect("tables");
    rows.iter().map(|row| row.try_get("", "name").expect("a name")).collect()
}

#[actix_web::test]
async fn without_a_scope_nothing_is_seen_of_any_table_but_those_that_stay_open_for_a_reason() {
    let desk = Box::pin(seeded()).await;
    let (number, sam) = (desk.registers(&incident("p3")).await, desk.signer().await);
    for (path, body) in [
        ("/v1/legal-holds", json!({ "kind": "ticket", "subject": number, "reason": "Geheim." })),
        (
            "/v1/contracts/dap-example/calendar-amendments",
            json!({ "calendar": "support", "change": "closed", "reason": "Geheim.", "date": "2026-03-02",
                "approvals": [{ "side": "supplier" }] }),
        ),
    ] {
        let made = desk.ask(Some(&sam), "POST", path, Some(&body)).await;
        assert_eq!(made.status, 201, "{path}: {}", made.body);
    }
    let (superuser, app) =
        (desk.behind().await, Database::connect(desk.app.settings.database.url.to_string()).await.expect("a connection"));
    let open: BTreeSet<_> = policies::OPEN.into_iter().map(|(table, _)| table.to_owned()).collect();
    let all = all_tables(&superuser).await;
    assert!(open.is_subset(&all), "no such table: {:?}", open.difference(&all));
    for table in all.difference(&open) {
        if counted(&superuser, table).await == 0 {
            fabricate(&superuser, table).await;
        }
        assert_eq!(counted(&within(&app, "", "", "").await, table).await, 0, "{table} is seen without a scope");
        assert!(counted(&within(&app, "all", "", "").await, table).await > 0, "{table} is not seen by the desk");
        let is_shared = policies::SHARED.iter().any(|(shared, _)| shared == table) || ["account", "token", "approval"].contains(&&**table);
        let seen = counted(&within(&app, "organisations", THEIRS, "").await, table).await;
        assert!(seen == 0 || is_shared, "{table}: {seen} rows are seen by another client");
    }
    // Whoever removes something is held to what was ordered of it.
    assert_eq!(counted(&within(&app, "organisations", OURS, "").await, "legal_hold").await, 1);
    // What nobody but the desk reads is written by whoever does something.
    let tx = within(&app, "organisations", THEIRS, "").await;
    assert_eq!(counted(&tx, "approval WHERE subject_kind <> 'calendar_amendment'").await, 0);
    assert!(refused(&app, "organisations", THEIRS, "DELETE FROM legal_hold", Vec::new()).await);
    assert!(refused(&app, "organisations", THEIRS, "UPDATE local_account SET roles = ''", Vec::new()).await);
}

#[actix_web::test]
async fn tkt_08_a_person_is_kept_from_the_tickets_of_their_colleagues_by_the_database_too() {
    let desk = Box::pin(seeded()).await;
    let mut other = incident("p3");
    other["requester"] = json!({ "name": "Bram Visser", "email": "bram@ipo.example" });
    let own = desk.registers(&other).await;
    let bram = desk.get(&format!("/v1/tickets/{own}")).await.body["requester"]["id"].as_str().expect("an id").to_owned();
    let app = Database::connect(desk.app.settings.database.url.to_string()).await.expect("a connection");
    let tx = within(&app, "person", OURS, &bram).await;
    assert_eq!(counted(&tx, "ticket").await, 1);
    assert_eq!(counted(&tx, "clock").await, counted(&tx, "clock WHERE ticket_id = (SELECT id FROM ticket)").await);
    for table in ["message", "attachment", "external_reference", "ticket_part", "obligation", "outbound_mail", "inbound_mail", "set_aside"]
    {
        assert_eq!(counted(&tx, table).await, 0, "{table}");
    }
    let new = NewToken {
        name: "portaal".to_owned(),
        organisation: Some(OURS.to_owned()),
        roles: vec![Role::Requester],
        person: Some("bram@ipo.example".to_owned()),
        ..NewToken::default()
    };
    // Through the front door all of it works, also what is reported for a colleague.
    let token = tokens::create(&desk.app, &new).await.expect("a token");
    for (name, address) in [("Bram Visser", "bram@ipo.example"), ("Cor Nieuw", "cor@ipo.example")] {
        let mut ticket = incident("p3");
        ticket["requester"] = json!({ "name": name, "email": address });
        ticket["channel"] = json!("portal");
        let made = desk.ask(Some(&token), "POST", "/v1/tickets", Some(&ticket)).await;
        assert_eq!(made.status, 201, "{name}: {}", made.body);
    }
}

#[actix_web::test]
async fn a_desk_whose_policies_were_lifted_asks_to_be_migrated_and_says_when_its_role_passes_them_by() {
    let desk = Desk::open(On::Postgres).await;
    let superuser = desk.behind().await;
    assert_eq!(uurwerk::store::schema::pending(&desk.app.db).await.expect("steps"), 0);
    for lifted in [
        "ALTER TABLE ticket NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
        "CREATE POLICY all_of_it ON message USING (true)",
    ] {
        superuser.execute_unprepared(lifted).await.expect("it is lifted");
        assert_eq!(uurwerk::store::schema::pending(&desk.app.db).await.expect("steps"), 1, "{lifted}");
        uurwerk::cli::migrated_by_owner(&desk.app.settings).await.expect("it is mended");
        assert_eq!(uurwerk::store::schema::pending(&desk.app.db).await.expect("steps"), 0, "{lifted}");
    }
    for (address, said) in [
        (postgres::owner_of(&desk.app.settings.database.url), "owns the tables"),
        (postgres::superuser_of(&desk.app.settings.database.url), "superuser"),
    ] {
        let db = uurwerk::store::Db::connect(&address).await.expect("a database");
        assert!(policies::weakness(&db).await.expect("a role").is_some_and(|weakness| weakness.contains(said)), "{said}");
    }
    // The owner of the tables is held to the policies as well.
    let owner = Database::connect(postgres::owner_of(&desk.app.settings.database.url)).await.expect("a connection");
    desk.registers(&incident("p3")).await;
    assert_eq!(counted(&owner, "ticket").await, 0);
}
