//! A PostgreSQL server whose connections are cut, and one whose disk is full.

use std::collections::BTreeSet;

use super::injected::small_disk;
use super::process::{Said, is_ready, keeps, recovers, registers, titles};
use crate::journeys::kills::Process;
use crate::support::{Desk, postgres};

#[actix_web::test]
async fn connections_that_are_cut_in_the_middle_of_their_work_lose_no_ticket() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let cut = async {
        for _ in 0..15 {
            actix_web::rt::time::sleep(std::time::Duration::from_millis(120)).await;
            let name = name.clone();
            actix_web::rt::task::spawn_blocking(move || postgres::cut(&name)).await.expect("cut");
        }
    };
    let (said, ()) = futures_util::future::join(registers(desk.url(), titles("cut", 400)), cut).await;
    assert!(said.refused > 0 && said.silent == 0, "{said:?}");
    recovers(desk.url()).await;
    let (mut there, mut numbers, mut cursor) = (BTreeSet::new(), BTreeSet::new(), String::new());
    loop {
        let page = desk.get(&format!("/v1/tickets?pageSize=100{cursor}")).await;
        for ticket in page.body["items"].as_array().expect("tickets") {
            there.insert(ticket["title"].as_str().expect("a title").to_owned());
            assert!(numbers.insert(ticket["number"].to_string()), "a number was given twice");
        }
        let Some(next) = page.body["nextCursor"].as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(said.kept.difference(&there).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[actix_web::test]
async fn a_database_that_takes_no_writes_is_not_ready_until_it_does() {
    let (desk, name) = Desk::open_on_its_own_postgres().await;
    let number = desk.registers(&crate::support::incident("p3")).await;
    postgres::reads_only(&name, true);
    let said = registers(desk.url(), titles("standby", 4)).await;
    assert_eq!((said.kept.len(), said.refused, is_ready(desk.url()).await), (0, 4, false));
    assert_eq!(desk.get(&format!("/v1/tickets/{number}")).await.status, 200, "it is still read from");
    postgres::reads_only(&name, false);
    recovers(desk.url()).await;
    assert_eq!(registers(desk.url(), titles("primary", 4)).await.kept.len(), 4);
}

#[actix_web::test]
#[ignore = "minutes: part of make proof"]
async fn a_postgresql_whose_disk_fills_up_loses_no_ticket() {
    let Some(disk) = small_disk("192m") else { return };
    let server = postgres::OwnServer::start(disk.path());
    let database = server.address();
    let folder = tempfile::tempdir().expect("a folder");
    let desk = Process::start_new(folder.path(), &database).await;
    let mut said = Said::default();
    for time in 0..3 {
        said.kept.extend(registers(&desk.url, titles(&format!("before {time}"), 50)).await.kept);
        disk.fill();
        let full = registers(&desk.url, titles(&format!("full {time}"), 400)).await;
        assert!(full.refused > 0 && !is_ready(&desk.url).await, "{full:?}");
        said.refused += full.refused;
        said.silent += full.silent;
        said.kept.extend(full.kept);
        disk.free();
        server.starts_again();
        recovers(&desk.url).await;
        said.kept.extend(registers(&desk.url, titles(&format!("after {time}"), 50)).await.kept);
    }
    assert_eq!(said.silent, 0, "the process lives");
    keeps(desk, folder.path(), &database, &said).await.kill();
}
