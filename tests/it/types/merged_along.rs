//! What comes along with a ticket that is merged into another one: what it is linked to, and its files; and what is not told by that.

use serde_json::{Value, json};
use uurwerk::mail::parse::parse;
use uurwerk::usecases::rebuild::rebuild;

use super::{merged, of_type, told, undone, with};
use crate::on_both_databases;
use crate::support::{ADMIN, Desk, incident};

on_both_databases!(
    prb_05_a_known_error_is_seen_from_the_ticket_that_goes_on_until_the_merge_is_undone,
    what_was_part_of_a_merged_incident_goes_where_the_other_one_goes,
    a_link_that_came_along_is_taken_off_at_every_ticket_that_tells_it,
    the_files_of_a_merged_ticket_are_read_where_it_goes_on,
    tkt_08_whoever_came_along_is_told_of_the_ticket_by_the_number_of_their_own,
);

async fn linked(desk: &Desk, number: &str, kind: &str, other: &str) {
    let done = desk.post(&format!("/v1/tickets/{number}/links"), &json!({ "kind": kind, "ticket": other })).await;
    assert_eq!(done.status, 201, "{}", done.body);
}

async fn links(desk: &Desk, number: &str) -> Vec<Value> {
    let links = desk.get(&format!("/v1/tickets/{number}/links")).await.body["items"].clone();
    links
        .as_array()
        .expect("links")
        .iter()
        .filter(|link| !link["kind"].as_str().is_some_and(|kind| kind.starts_with("duplicate")))
        .cloned()
        .collect()
}

fn ends(links: &[Value]) -> Vec<(&Value, &Value)> {
    links.iter().map(|link| (&link["kind"], &link["number"])).collect()
}

async fn agrees_with_its_history(desk: &Desk) {
    assert!(rebuild(&desk.app, false).await.expect("a comparison").differences.is_empty());
}

/// An incident with a problem behind it for which there is a workaround.
async fn explained(desk: &Desk) -> (String, String) {
    let outage = desk.registers(&incident("p2")).await;
    let problem = desk.registers(&with(of_type("problem"), json!({ "links": [{ "kind": "causes", "ticket": outage }] }))).await;
    let written = desk.post(&format!("/v1/tickets/{problem}/workarounds"), &json!({ "instruction": "Herstart de server." })).await;
    assert_eq!(written.status, 201, "{}", written.body);
    (outage, problem)
}

async fn prb_05_a_known_error_is_seen_from_the_ticket_that_goes_on_until_the_merge_is_undone(desk: &Desk) {
    let (twice, problem) = explained(desk).await;
    let goes_on = desk.registers(&incident("p2")).await;
    merged(desk, &twice, &goes_on).await;
    let seen = links(desk, &goes_on).await;
    assert_eq!(ends(&seen), [(&json!("caused_by"), &json!(problem))]);
    assert_eq!(seen[0]["workaround"], "Herstart de server.");
    let back = links(desk, &problem).await;
    assert_eq!((ends(&back), &back[0]["mergedInto"]["number"]), (vec![(&json!("causes"), &json!(twice))], &json!(goes_on)));
    let event = desk.events(&goes_on).await.into_iter().find(|event| event["type"] == "ticket.merged_in").expect("a merge");
    assert_eq!(event["data"]["links"][0]["relation"], "caused_by", "{event}");
    agrees_with_its_history(desk).await;
    undone(desk, &twice).await;
    assert_eq!(links(desk, &goes_on).await, Vec::<Value>::new());
    let own = links(desk, &twice).await;
    assert_eq!((ends(&own), &links(desk, &problem).await[0]["mergedInto"]), (vec![(&json!("caused_by"), &json!(problem))], &Value::Null));
    agrees_with_its_history(desk).await;
}

async fn what_was_part_of_a_merged_incident_goes_where_the_other_one_goes(desk: &Desk) {
    let [twice, goes_on, part] =
        [desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await];
    linked(desk, &twice, "child", &part).await;
    merged(desk, &twice, &goes_on).await;
    let declared = desk.post(&format!("/v1/tickets/{goes_on}/major-declarations"), &json!({ "major": true, "reason": "Overal." })).await;
    assert_eq!(declared.status, 201, "{}", declared.body);
    assert_eq!(desk.moves(&goes_on, "in_progress").await.status, 201);
    desk.passes("PT1M").await;
    assert_eq!(desk.get(&format!("/v1/tickets/{part}")).await.body["phase"], "in_progress");
}

async fn a_link_that_came_along_is_taken_off_at_every_ticket_that_tells_it(desk: &Desk) {
    let (twice, problem) = explained(desk).await;
    let goes_on = desk.registers(&incident("p2")).await;
    merged(desk, &twice, &goes_on).await;
    // Through either, by whatever number.
    let takes_off = async |number: &str, kind: &str, other: &str| {
        let wish = json!({ "kind": kind, "ticket": other, "reason": "Toch niet." });
        desk.post(&format!("/v1/tickets/{number}/link-removals"), &wish).await
    };
    for (number, kind, other) in
        [(&goes_on, "caused_by", &problem), (&problem, "causes", &goes_on), (&problem, "causes", &twice), (&twice, "caused_by", &problem)]
    {
        let done = takes_off(number, kind, other).await;
        assert_eq!(done.status, 201, "{number} {other}: {}", done.body);
        for one in [&goes_on, &problem, &twice] {
            assert_eq!(links(desk, one).await, Vec::<Value>::new(), "{one}");
        }
        agrees_with_its_history(desk).await;
        assert_eq!(told(&takes_off(number, kind, other).await), (409, json!("link_not_found")));
        // And made again, as it was.
        undone(desk, &twice).await;
        linked(desk, &twice, "caused_by", &problem).await;
        merged(desk, &twice, &goes_on).await;
    }
}

async fn the_files_of_a_merged_ticket_are_read_where_it_goes_on(desk: &Desk) {
    let [twice, goes_on] = [desk.registers(&incident("p2")).await, desk.registers(&incident("p2")).await];
    let octets = [("content-type", "application/octet-stream")];
    for (number, name) in [(&twice, "een.txt&visibility=internal"), (&twice, "twee.txt"), (&goes_on, "drie.txt")] {
        let sent = desk.send_raw(&format!("/v1/tickets/{number}/attachments?name={name}"), name.into(), &octets).await;
        assert_eq!((sent.status, &sent.body["ticket"]), (201, &json!(number)), "{}", sent.body);
    }
    merged(desk, &twice, &goes_on).await;
    let listed = async |token: &str| {
        let files = desk.ask(Some(token), "GET", &format!("/v1/tickets/{goes_on}/attachments"), None).await.body["items"].clone();
        files.as_array().expect("files").iter().map(|file| (file["name"].clone(), file["ticket"].clone())).collect::<Vec<_>>()
    };
    let file = |name: &str, number: &str| (json!(name), json!(number));
    let all = [file("een.txt", &twice), file("twee.txt", &twice), file("drie.txt", &goes_on)];
    assert_eq!(listed(ADMIN).await, all);
    let client = desk.token_of("ipo").await;
    assert_eq!(listed(&client).await, all[1..], "what is the desk's alone stays so");
    let files = desk.get(&format!("/v1/tickets/{goes_on}/attachments")).await.body["items"].clone();
    let reads = async |number: &str, at: usize| {
        let id = files[at]["id"].as_str().expect("an id");
        let request = desk.request("GET", &format!("/v1/tickets/{number}/attachments/{id}")).bearer_auth(&client);
        let answer = request.send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("a file"))
    };
    assert_eq!(reads(&goes_on, 1).await, (200, "twee.txt".to_owned()));
    assert_eq!(reads(&goes_on, 0).await.0, 404);
    undone(desk, &twice).await;
    assert_eq!(listed(ADMIN).await, all[2..]);
    assert_eq!(reads(&goes_on, 1).await.0, 404);
}

async fn tkt_08_whoever_came_along_is_told_of_the_ticket_by_the_number_of_their_own(desk: &Desk) {
    let of = |title: &str, name: &str| {
        let requester = json!({ "name": name, "email": format!("{}@ipo.example", name.to_lowercase()) });
        with(incident("p2"), json!({ "title": title, "requester": requester }))
    };
    let [goes_on, twice] = [desk.registers(&of("Geheim van Anna", "Anna")).await, desk.registers(&of("Van Bea", "Bea")).await];
    merged(desk, &twice, &goes_on).await;
    assert_eq!(desk.moves(&goes_on, "in_progress").await.status, 201);
    desk.passes("PT1M").await;
    let mails = || desk.mails().into_iter().map(|mail| parse(mail.as_bytes()));
    let to_bea: Vec<_> = mails().filter(|mail| mail.to.iter().any(|to| to.email == "bea@ipo.example")).collect();
    let followed = format!("[{goes_on}] Gevolgd: melding {twice}");
    assert!(to_bea.iter().any(|mail| mail.subject.as_deref() == Some(&followed)), "{to_bea:?}");
    assert!(to_bea.iter().all(|mail| !format!("{mail:?}").contains("Geheim van Anna")), "{to_bea:?}");
    // Whoever follows it by themselves is told of it as it is.
    let bea = desk.get(&format!("/v1/tickets/{twice}")).await.body["requester"]["id"].clone();
    let follow = desk.post(&format!("/v1/tickets/{goes_on}/followers"), &json!({ "person": bea })).await;
    assert_eq!(follow.status, 201, "{}", follow.body);
    assert_eq!(desk.moves(&goes_on, "resolved").await.status, 201);
    desk.passes("PT1M").await;
    let own = format!("[{goes_on}] Gevolgd: Geheim van Anna");
    assert!(mails().any(|mail| mail.subject.as_deref() == Some(&own)));
}
