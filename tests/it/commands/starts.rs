//! First starts that race, and ends that are in time.

use sea_orm::ConnectionTrait;
use serde_json::json;
use uurwerk::store::{Db, schema};

use super::{Place, Ran, SANDBOX, Serving, by_command};
use crate::support::On;

by_command!(
    commands_that_migrate_at_once_wait_for_one_another,
    a_migration_that_fails_leaves_nothing_half_done,
    the_owner_migrates_the_desks_own_database_and_no_other,
    how_long_audit_lines_are_kept_takes_the_owner_only_when_it_changes,
    of_several_first_starts_one_makes_the_admin_token,
    a_port_that_is_taken_is_told_in_a_line_and_no_token_is_made,
    a_desk_that_is_stopped_on_a_long_way_stops_without_a_panic_and_goes_on_later,
);

async fn commands_that_migrate_at_once_wait_for_one_another(place: &Place) {
    for command in [["migrate", ""], ["token", "--role=agent_line_1"]] {
        if command[0] == "token" && place.on == On::Postgres {
            continue; // There nobody migrates but `migrate`.
        }
        for _ in 0..3 {
            let place = Place::new(place.on);
            let arguments: Vec<_> = command.into_iter().filter(|word| !word.is_empty()).collect();
            let begun: Vec<_> = (0..4).map(|_| place.command(&arguments, &[]).spawn().expect("it starts")).collect();
            for child in begun {
                let ran = Ran::from(child.wait_with_output().expect("it ends"));
                assert_eq!(ran.code, Some(0), "{ran:?}");
            }
        }
    }
}

async fn a_migration_that_fails_leaves_nothing_half_done(place: &Place) {
    if place.on == On::Sqlite {
        std::fs::create_dir(place.folder.path().join("kept")).expect("a folder");
    }
    let db = Db::connect(&crate::support::postgres::superuser_of(&place.database)).await.expect("a database");
    // What the last steps make is there already.
    db.bare_connection().execute_unprepared("CREATE TABLE timekeeping (strange INTEGER)").await.expect("a table");
    let failed = place.run(&["migrate"], &[]);
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(db.bare_connection().execute_unprepared("SELECT 1 FROM ticket").await.is_err(), "the first steps are undone");
    db.bare_connection().execute_unprepared("DROP TABLE timekeeping").await.expect("it is gone");
    assert!(schema::pending(&db).await.expect("steps") > 5);
    place.does(&["migrate"]);
    assert_eq!(schema::pending(&db).await.expect("steps"), 0);
}

async fn the_owner_migrates_the_desks_own_database_and_no_other(place: &Place) {
    let other = Place::new(On::Postgres);
    let owner = crate::support::postgres::owner_of(&other.database);
    let ran = place.run(&["migrate"], &[("UURWERK_DATABASE_OWNER_URL", &owner)]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.err.contains("not the same PostgreSQL database"), "{ran:?}");
    let untouched = Db::connect(&crate::support::postgres::superuser_of(&other.database)).await.expect("a database");
    assert!(schema::pending(&untouched).await.expect("steps") > 5);
}

async fn how_long_audit_lines_are_kept_takes_the_owner_only_when_it_changes(place: &Place) {
    place.prepared();
    let migrates = |days: &str| {
        let mut command = place.command(&["migrate"], &[("UURWERK_AUDIT_KEEP_DAYS", days)]);
        Ran::from(command.env_remove("UURWERK_DATABASE_OWNER_URL").output().expect("it runs"))
    };
    assert_eq!(place.run(&["migrate"], &[("UURWERK_AUDIT_KEEP_DAYS", "700")]).code, Some(0));
    assert_eq!(migrates("700").code, Some(0));
    let ran = migrates("10");
    if place.on == On::Postgres {
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.err.contains("audit.keep_days") && ran.err.contains("database.owner_url"), "{ran:?}");
    } else {
        assert_eq!(ran.code, Some(0), "{ran:?}");
    }
}

async fn of_several_first_starts_one_makes_the_admin_token(place: &Place) {
    place.prepared();
    let begun: Vec<_> = (0..3).map(|_| Serving::new(place.command(&["serve"], &[]))).collect();
    let mut tokens = 0;
    for mut serving in begun {
        assert!(serving.answers().await, "{:?}", serving.ends());
        let ran = serving.stops();
        assert_eq!((ran.code, ran.err.contains("panicked")), (Some(0), false), "{ran:?}");
        tokens += ran.out.matches("Admin token").count();
    }
    assert_eq!(tokens, 1);
    assert_eq!(place.does(&["token", "--list"]).lines().count(), 1);
}

async fn a_port_that_is_taken_is_told_in_a_line_and_no_token_is_made(place: &Place) {
    place.prepared();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let ran = place.run(&["serve"], &[("UURWERK_HTTP_LISTEN", &address)]);
    assert_eq!((ran.code, ran.out.as_str(), ran.err.lines().count()), (Some(1), "", 1), "{ran:?}");
    assert!(ran.err.contains(&address) && !ran.err.contains("panicked"), "{ran:?}");
    if place.on == On::Sqlite {
        assert!(!place.folder.path().join("kept").exists(), "nothing is made");
    }
    let mut first = Serving::new(place.command(&["serve"], &[]));
    assert!(first.answers().await);
    assert!(first.stops().out.contains("Admin token"), "it is still to be shown");
}

/// Ten years of duties and ladders are more than can be done while a desk stops.
async fn a_desk_that_is_stopped_on_a_long_way_stops_without_a_panic_and_goes_on_later(place: &Place) {
    place.prepared();
    let desk = place.serves(&SANDBOX).await;
    let (way, key) = (json!({ "by": "P3650D" }), [("idempotency-key", "way")]);
    let asked = desk.ask("POST", "/v1/sandbox/advances", &key, Some(&way));
    let stopping = async {
        while desk.get("/v1/sandbox").await["nowAt"] == "2026-03-02T07:00:00Z" {}
        desk.signal("TERM");
    };
    let (answered, ()) = futures_util::future::join(asked, stopping).await;
    let (status, answer) = answered.expect("an answer");
    assert_eq!((status, &answer["code"]), (503, &json!("unavailable")), "{answer}");
    let ran = desk.ends();
    assert_eq!((ran.code, ran.err.contains("panicked")), (Some(0), false), "{ran:?}");

    let desk = place.serves(&SANDBOX).await;
    let stood = desk.get("/v1/sandbox").await["nowAt"].as_str().unwrap_or_default().to_owned();
    assert!(stood.as_str() > "2026-03-02T07:00:00Z" && stood.as_str() < "2036", "{stood}");
    let near = desk.post("/v1/sandbox/advances", &json!({ "by": "PT1H" })).await;
    assert!(near["nowAt"].as_str() > Some(&stood), "{near}");
}
