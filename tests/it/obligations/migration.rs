//! The step that made room for obligations: on SQLite it writes the table of mails anew, and nothing of it may be lost.

use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uurwerk::app::App;

use crate::on_both_databases;
use crate::support::Desk;

on_both_databases!(mails_and_their_indexes_outlive_the_step_both_ways);

async fn mails_and_their_indexes_outlive_the_step_both_ways(desk: &Desk) {
    let number = desk.registers(&crate::support::incident("p3")).await;
    desk.passes("PT1M").await;
    let before = (mails(&desk.app).await, indexes(&desk.app).await);
    assert!(before.0 > 0 && before.1.len() >= 4, "{before:?}");
    let connection = desk.app.db.migrating();
    let steps = Migrator::migrations();
    let own = steps.iter().position(|step| step.name().contains("obligations")).expect("the step");
    let back = u32::try_from(steps.len() - own).expect("a few");
    Migrator::down(connection, Some(back)).await.expect("down");
    let (kept, left) = (mails(&desk.app).await, indexes(&desk.app).await);
    assert_eq!(kept, before.0);
    // Later steps took their own indexes with them.
    assert!(left.len() >= 4 && left.iter().all(|index| before.1.contains(index)), "{left:?}");
    Migrator::up(connection, None).await.expect("up");
    assert_eq!((mails(&desk.app).await, indexes(&desk.app).await), before);
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.status, 200);
    // The contracts applied before the step are looked at once it is there.
    desk.passes("PT1S").await;
    let found = desk.get("/v1/obligations?state=open").await;
    assert!(found.body["items"].as_array().is_some_and(|items| !items.is_empty()), "{}", found.body);
}

async fn mails(app: &App) -> usize {
    let connection = app.db.migrating();
    let all = Statement::from_string(connection.get_database_backend(), "SELECT id FROM outbound_mail WHERE ticket_id IS NOT NULL");
    connection.query_all_raw(all).await.expect("mails").len()
}

async fn indexes(app: &App) -> Vec<String> {
    let connection = app.db.migrating();
    let backend = connection.get_database_backend();
    let asked = match backend {
        DbBackend::Sqlite => {
            "SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'outbound_mail' AND sql IS NOT NULL ORDER BY name"
        }
        _ => "SELECT indexname AS name FROM pg_indexes WHERE tablename = 'outbound_mail' ORDER BY indexname",
    };
    let rows = connection.query_all_raw(Statement::from_string(backend, asked)).await.expect("indexes");
    rows.iter().map(|row| row.try_get::<String>("", "name").expect("a name")).collect()
}
