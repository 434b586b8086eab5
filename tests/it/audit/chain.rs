//! The chain: what was written cannot be changed unseen.

use std::time::Duration;

use uurwerk::jobs;
use uurwerk::usecases::audit::{self, Verified};

use crate::commands::{Place, by_command};
use crate::on_both_databases;
use crate::support::{Desk, On, incident};

on_both_databases!(
    lines_of_the_trail_are_neither_changed_nor_removed,
    two_processes_seal_every_line_once,
    whatever_is_done_to_the_chain_is_found,
    lines_whose_time_is_up_go_and_the_chain_stays_whole,
);
by_command!(a_command_tells_whether_the_trail_is_whole);

async fn verified(desk: &Desk, expected: Option<&str>) -> (Vec<String>, Verified) {
    let mut faults = Vec::new();
    let verified = audit::verify(&desk.app, expected.map(str::to_owned), |fault| faults.push(fault.to_string())).await;
    (faults, verified.expect("it reads"))
}

/// Some lines, sealed.
async fn sealed(desk: &Desk, tickets: usize) {
    for _ in 0..tickets {
        desk.registers(&incident("p3")).await;
    }
    jobs::work_off(&desk.app).await.expect("it works");
}

async fn lines_of_the_trail_are_neither_changed_nor_removed(desk: &Desk) {
    for is_sealed in [false, true] {
        desk.registers(&incident("p3")).await;
        if is_sealed {
            jobs::work_off(&desk.app).await.expect("it works");
        }
        for sql in [
            "UPDATE audit_line SET actor = 'desk:nobody'",
            "UPDATE audit_line SET result = 'refused', position = 1000, hash = ''",
            "UPDATE audit_line SET position = NULL, hash = NULL",
            "DELETE FROM audit_line",
            "UPDATE audit_head SET position = -1",
            "UPDATE audit_head SET removed_through = 1000",
            "DELETE FROM audit_head",
        ] {
            assert!(desk.says_to_the_database(sql).await.is_err(), "{sql}");
        }
        if desk.on() == On::Postgres {
            for sql in [
                "TRUNCATE audit_line",
                // As if their time were over.
                "UPDATE audit_head SET removed_through = (SELECT max(position) FROM audit_line)",
                "UPDATE timekeeping SET now_at = NULL",
                "DELETE FROM timekeeping",
                "INSERT INTO timekeeping SELECT 2, now_at FROM timekeeping",
                // Names that would be found before those of the desk.
                "CREATE TEMPORARY TABLE timekeeping AS SELECT 1 AS id, timestamptz '3000-01-01' AS now_at; \
                 UPDATE public.audit_head SET removed_through = 1",
                "CREATE TEMPORARY TABLE IF NOT EXISTS audit_head AS SELECT 1000000 AS removed_through; \
                 CREATE TEMPORARY TABLE IF NOT EXISTS timekeeping AS SELECT 1 AS id, timestamptz '3000-01-01' AS now_at; \
                 DELETE FROM public.audit_line",
                "CREATE OR REPLACE FUNCTION audit_keep_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 0'",
            ] {
                assert!(desk.says_to_the_database(sql).await.is_err(), "{sql}");
            }
            // By whoever owns the tables as well.
            for sql in ["TRUNCATE audit_line", "TRUNCATE audit_head", "TRUNCATE audit_line, ticket CASCADE", "DELETE FROM audit_line"] {
                assert!(desk.says_to_the_database(sql).await.is_err(), "{sql}");
                let refused = desk.says_as_its_owner(sql).await.expect_err(sql);
                assert!(refused.contains("of the audit trail are not"), "{sql}: {refused}");
            }
        }
    }
    assert_eq!(verified(desk, None).await.0, Vec::<String>::new());
}

async fn two_processes_seal_every_line_once(desk: &Desk) {
    let other = desk.another_process().await;
    for _ in 0..5 {
        for _ in 0..4 {
            desk.registers(&incident("p3")).await;
        }
        let (one, two) = tokio::join!(audit::seal(&desk.app), audit::seal(&other));
        one.and(two).expect("they seal");
    }
    jobs::work_off(&desk.app).await.expect("it works");
    let (faults, whole) = verified(desk, None).await;
    assert_eq!((faults, whole.waiting), (Vec::new(), 0));
    assert_eq!(whole.lines, u64::try_from(desk.rows("audit_line").await).expect("a count"));
    assert_eq!(whole.head.position, i64::try_from(whole.lines).expect("a count"));
}

/// As whoever owns the database could.
async fn unlocked(desk: &Desk) {
    let tables = ["audit_line_update", "audit_line_delete", "audit_head_update"].map(|name| match desk.on() {
        On::Sqlite => format!("DROP TRIGGER t_{name}"),
        On::Postgres => format!("DROP TRIGGER t_{name} ON {}", name.rsplit_once('_').expect("a table").0),
    });
    for sql in tables {
        desk.says_as_its_owner(&sql).await.expect("the owner may");
    }
}

async fn whatever_is_done_to_the_chain_is_found(desk: &Desk) {
    sealed(desk, 6).await;
    let (faults, whole) = verified(desk, None).await;
    assert_eq!(faults, Vec::<String>::new());
    let noted = whole.head.hash.clone();
    unlocked(desk).await;
    let last = whole.head.position;
    let swap = "UPDATE audit_line SET position = CASE position WHEN 2 THEN -3 ELSE -2 END WHERE position IN (2, 3); \
         UPDATE audit_line SET position = -position WHERE position < 0";
    let cut = format!(
        "DELETE FROM audit_line WHERE position = {last}; \
         UPDATE audit_head SET position = {last} - 1, hash = (SELECT hash FROM audit_line WHERE position = {last} - 1)"
    );
    for (sql, found) in [
        ("UPDATE audit_line SET actor = 'desk:nobody' WHERE position = 2".to_owned(), "line 2 was altered".to_owned()),
        (swap.to_owned(), "line 2 was altered".to_owned()),
        ("DELETE FROM audit_line WHERE position = 4".to_owned(), "line 4 is missing".to_owned()),
        (format!("DELETE FROM audit_line WHERE position = {last}"), format!("line {last} is missing")),
        (
            "DELETE FROM audit_line WHERE position = 1; UPDATE audit_head SET removed_through = 1".to_owned(),
            "no line of the trail says so".to_owned(),
        ),
    ] {
        desk.says_as_its_owner("CREATE TABLE kept AS SELECT * FROM audit_line").await.expect("a copy");
        desk.says_as_its_owner("CREATE TABLE kept_head AS SELECT * FROM audit_head").await.expect("a copy");
        desk.says_as_its_owner(&sql).await.expect("the owner may");
        let (faults, _) = verified(desk, None).await;
        assert!(faults.iter().any(|fault| fault.contains(&found)), "{sql}: {faults:?}");
        for sql in [
            "DELETE FROM audit_line",
            "INSERT INTO audit_line SELECT * FROM kept",
            "UPDATE audit_head SET position = (SELECT position FROM kept_head), hash = (SELECT hash FROM kept_head), removed_through = 0",
            "DROP TABLE kept",
            "DROP TABLE kept_head",
        ] {
            desk.says_as_its_owner(sql).await.expect("put back");
        }
        assert_eq!(verified(desk, None).await.0, Vec::<String>::new(), "{sql}");
    }
    // With its head the end can be cut off unseen, unless somebody noted it.
    desk.says_as_its_owner(&cut).await.expect("the owner may");
    assert_eq!(verified(desk, None).await.0, Vec::<String>::new());
    let (faults, _) = verified(desk, Some(&noted)).await;
    assert!(faults.iter().any(|fault| fault.contains("expected hash")), "{faults:?}");
}

async fn keeps_for(desk: &Desk, days: u32) {
    let function = format!("CREATE OR REPLACE FUNCTION audit_keep_days() RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT {days}'");
    desk.says_as_its_owner(&function).await.expect("the owner may");
}

async fn lines_whose_time_is_up_go_and_the_chain_stays_whole(desk: &Desk) {
    let desk = &Desk::open_with(desk.on(), &[("UURWERK_AUDIT_KEEP_DAYS", "2")]).await;
    sealed(desk, 3).await;
    let (_, first) = verified(desk, None).await;
    assert_eq!(audit::remove_old(&desk.app).await.expect("it looks"), 0);
    desk.passes("P3D").await;
    sealed(desk, 1).await;
    if desk.on() == On::Postgres {
        // Whatever the desk says: the term is the owner's.
        keeps_for(desk, 5).await;
        assert_eq!(audit::remove_old(&desk.app).await.expect("it looks"), 0);
        keeps_for(desk, 2).await;
    }
    let (_, old) = verified(desk, None).await;
    let gone = audit::remove_old(&desk.app).await.expect("it removes");
    assert!(gone >= first.lines && gone < old.lines, "{gone} of {}", old.lines);
    jobs::work_off(&desk.app).await.expect("it works");
    let (faults, whole) = verified(desk, Some(&old.head.hash)).await;
    assert_eq!((faults, whole.head.removed_through), (Vec::new(), i64::try_from(gone).expect("a count")));
    let told = desk.trail("action=removeAuditLines").await;
    assert_eq!((told.len(), &told[0]["actor"], &told[0]["count"]), (1, &serde_json::json!("system"), &serde_json::json!(gone)));
    assert_eq!(audit::remove_old(&desk.app).await.expect("it looks"), 0);
}

async fn a_command_tells_whether_the_trail_is_whole(place: &Place) {
    let desk = place.prepared().serves(&[]).await;
    desk.post("/v1/tickets", &incident("p2")).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    desk.stops();
    let said = place.does(&["audit", "verify"]);
    let hash = said.split_whitespace().last().expect("a hash").to_owned();
    assert!(hash.len() == 64 && said.contains("Note elsewhere"), "{said}");
    place.does(&["audit", "verify", "--expect", &hash]);
    let ran = place.run(&["audit", "verify", "--expect", &"f".repeat(64)], &[]);
    assert!(ran.code == Some(1) && ran.err.contains("expected hash"), "{ran:?}");
}
