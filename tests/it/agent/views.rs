//! Saved views: named choices of tickets.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{refusal, wrong};
use crate::on_both_databases;
use crate::support::{Answer, Desk, incident};

on_both_databases!(
    a_view_shows_what_its_query_asks_and_further_parameters_narrow_it,
    a_view_is_refused_for_whatever_the_list_would_refuse,
    a_view_is_its_owners_alone_unless_it_is_shared,
    a_shared_view_of_another_is_changed_by_a_service_manager,
    nobody_overwrites_a_change_that_they_have_not_seen,
    a_view_that_the_list_no_longer_takes_says_so,
    a_client_has_no_views_and_cannot_use_one,
    an_erased_owner_leaves_what_is_shared_without_their_name,
    views_are_shown_page_by_page_and_saved_once_under_one_key,
);

async fn person(desk: &Desk, name: &str, role: Role) -> String {
    let email = format!("{}@leverancier.example", name.split(' ').next().unwrap_or(name).to_lowercase());
    desk.person(None, name, &email, &[role]).await
}

async fn agent(desk: &Desk, name: &str) -> String {
    person(desk, name, Role::AgentLine1).await
}

async fn saves(desk: &Desk, token: &str, name: &str, query: &str, is_shared: bool) -> Answer {
    let view = json!({ "name": name, "query": query, "isShared": is_shared });
    desk.ask(Some(token), "POST", "/v1/saved-views", Some(&view)).await
}

fn id(answer: &Answer) -> String {
    answer.body["id"].as_str().unwrap_or_else(|| panic!("no id: {}", answer.body)).to_owned()
}

async fn numbers(desk: &Desk, token: &str, query: &str) -> Vec<String> {
    let list = desk.ask(Some(token), "GET", &format!("/v1/tickets?{query}"), None).await;
    assert_eq!(list.status, 200, "{query}: {}", list.body);
    list.body["items"].as_array().expect("tickets").iter().filter_map(|one| one["number"].as_str()).map(str::to_owned).collect()
}

async fn names(desk: &Desk, token: &str) -> Vec<String> {
    let list = desk.ask(Some(token), "GET", "/v1/saved-views", None).await.body;
    list["items"].as_array().expect("views").iter().filter_map(|one| one["name"].as_str()).map(str::to_owned).collect()
}

async fn a_view_shows_what_its_query_asks_and_further_parameters_narrow_it(desk: &Desk) {
    let (one, two, three) =
        (desk.registers(&incident("p2")).await, desk.registers(&incident("p3")).await, desk.registers(&incident("p1")).await);
    desk.moves(&two, "in_progress").await;
    desk.patch(&format!("/v1/tickets/{one}"), &json!({ "assignee": "bob" })).await;
    let ali = agent(desk, "Ali Aydin").await;
    let view = saves(desk, &ali, "Open", "state=new,active&sort=priority", false).await;
    assert_eq!((view.status, &view.body["version"]), (201, &json!(1)), "{}", view.body);
    assert_eq!(view.headers["location"].to_str().ok(), Some(&*format!("/v1/saved-views/{}", id(&view))));
    let view = id(&view);
    let by = |more: &str| format!("view={view}{more}");
    assert_eq!(numbers(desk, &ali, &by("")).await, [three.as_str(), one.as_str(), two.as_str()], "by its own sort");
    assert_eq!(numbers(desk, &ali, &by("&sort=number")).await, [one.as_str(), two.as_str(), three.as_str()]);
    assert_eq!(numbers(desk, &ali, &by("&assignee=bob")).await, [one.as_str()]);
    assert_eq!(numbers(desk, &ali, &by("&state=active,closed")).await, [two.as_str()], "narrowed, and not widened");
    assert_eq!(numbers(desk, &ali, &by("&state=closed")).await, Vec::<String>::new());
    // Page by page, in its own order.
    let first = desk.ask(Some(&ali), "GET", &format!("/v1/tickets?{}", by("&pageSize=2")), None).await.body;
    let cursor = first["nextCursor"].as_str().expect("a cursor");
    assert_eq!(numbers(desk, &ali, &by(&format!("&pageSize=2&cursor={cursor}"))).await, [two.as_str()]);
    desk.passes("PT1M").await;
    let changes = numbers(desk, &ali, &by("&updatedSince=2026-03-01T00:00:00Z")).await;
    assert_eq!(changes.len(), 3, "what changed in it is followed as well");
}

async fn a_view_is_refused_for_whatever_the_list_would_refuse(desk: &Desk) {
    let ali = agent(desk, "Ali Aydin").await;
    let query =
        "state=open&contract=geen&kleur=rood&openedFrom=gisteren&sort=kleur&cursor=x&pageSize=500&updatedSince=2026-03-01T00:00:00Z";
    let refused = saves(desk, &ali, " ", query, false).await;
    let told: Vec<_> = refused.body["errors"].as_array().expect("errors").iter().filter_map(|one| one["detail"].as_str()).collect();
    assert_eq!(refused.status, 400, "{}", refused.body);
    for key in ["state", "contract", "kleur", "openedFrom", "sort", "cursor", "pageSize", "updatedSince"] {
        assert!(told.iter().any(|detail| detail.starts_with(&format!("{key}: "))), "{key} in {told:?}");
    }
    assert!(wrong(&refused).contains(&("/name", "blank")), "{}", refused.body);
    let list = desk.ask(Some(&ali), "GET", &format!("/v1/tickets?{}", query.replace("&cursor=x", "")), None).await;
    let of_list: Vec<_> = wrong(&list).into_iter().map(|(_, code)| code).collect();
    let of_view: Vec<_> = wrong(&refused).into_iter().map(|(_, code)| code).collect();
    assert!(of_list.iter().all(|code| of_view.contains(code)), "{of_list:?} {of_view:?}");
    let view = id(&saves(desk, &ali, "Goed", "state=new", false).await);
    let nested = saves(desk, &ali, "In een andere", &format!("view={view}"), false).await;
    assert_eq!((nested.status, wrong(&nested)), (400, vec![("/query", "not_allowed")]));
    let changed = desk.ask(Some(&ali), "PATCH", &format!("/v1/saved-views/{view}"), Some(&json!({ "query": "state=open" }))).await;
    assert_eq!((changed.status, wrong(&changed)), (400, vec![("/query", "unknown_value")]));
    assert_eq!(names(desk, &ali).await, ["Goed"]);
}

async fn a_view_is_its_owners_alone_unless_it_is_shared(desk: &Desk) {
    let number = desk.registers(&incident("p3")).await;
    let (ali, bob) = (agent(desk, "Ali Aydin").await, agent(desk, "Bob Boot").await);
    let own = id(&saves(desk, &ali, "Van Ali", "state=new", false).await);
    let shared = id(&saves(desk, &ali, "Van allen", "state=new", true).await);
    assert_eq!(
        (names(desk, &ali).await, names(desk, &bob).await),
        (vec!["Van Ali".to_owned(), "Van allen".to_owned()], vec!["Van allen".to_owned()])
    );
    assert_eq!(numbers(desk, &bob, &format!("view={shared}")).await, [number]);
    let path = format!("/v1/saved-views/{own}");
    for (method, path, body) in [
        ("GET", path.clone(), None),
        ("PATCH", path.clone(), Some(json!({ "name": "Van Bob" }))),
        ("POST", format!("{path}/removals"), None),
    ] {
        assert_eq!(refusal(&desk.ask(Some(&bob), method, &path, body.as_ref()).await), (404, "not_found"), "{method}");
    }
    for view in [own.as_str(), "018f4c1e-7a3b-7c00-8000-0000000000aa", "geen"] {
        let list = desk.ask(Some(&bob), "GET", &format!("/v1/tickets?view={view}"), None).await;
        assert_eq!((list.status, wrong(&list)), (400, vec![("view", "unknown_value")]), "{view}");
    }
    // What is shared can be kept to oneself again.
    let changed = desk.ask(Some(&ali), "PATCH", &format!("/v1/saved-views/{shared}"), Some(&json!({ "isShared": false }))).await;
    assert_eq!((changed.status, &changed.body["isShared"]), (200, &json!(false)));
    assert_eq!(names(desk, &bob).await, Vec::<String>::new());
}

async fn a_shared_view_of_another_is_changed_by_a_service_manager(desk: &Desk) {
    let (ali, bob, sam) =
        (agent(desk, "Ali Aydin").await, agent(desk, "Bob Boot").await, person(desk, "Sam Smit", Role::ServiceManager).await);
    let shared = id(&saves(desk, &ali, "Van allen", "state=new", true).await);
    let path = format!("/v1/saved-views/{shared}");
    assert_eq!(refusal(&desk.ask(Some(&bob), "PATCH", &path, Some(&json!({ "name": "x" }))).await), (403, "role_missing"));
    assert_eq!(refusal(&desk.ask(Some(&bob), "POST", &format!("{path}/removals"), None).await), (403, "role_missing"));
    let changed = desk.ask(Some(&sam), "PATCH", &path, Some(&json!({ "name": "Nieuw" }))).await;
    assert_eq!((changed.status, &changed.body["name"], &changed.body["owner"]["name"]), (200, &json!("Nieuw"), &json!("Ali Aydin")));
    let removed = desk.ask(Some(&sam), "POST", &format!("{path}/removals"), None).await;
    assert_eq!((removed.status, &removed.body["id"]), (201, &json!(shared)), "{}", removed.body);
    assert_eq!(desk.ask(Some(&ali), "GET", &path, None).await.status, 404);
}

async fn nobody_overwrites_a_change_that_they_have_not_seen(desk: &Desk) {
    let ali = agent(desk, "Ali Aydin").await;
    let view = id(&saves(desk, &ali, "Open", "state=new", false).await);
    let path = format!("/v1/saved-views/{view}");
    let tag = [("if-match", "\"1\"")];
    assert_eq!(desk.send(Some(&ali), ("PATCH", &path), &tag, Some(&json!({ "name": "Twee" }))).await.status, 200);
    let late = desk.send(Some(&ali), ("PATCH", &path), &tag, Some(&json!({ "name": "Drie" }))).await;
    assert_eq!(refusal(&late), (412, "version_changed"));
    assert_eq!(refusal(&desk.send(Some(&ali), ("POST", &format!("{path}/removals")), &tag, None).await), (412, "version_changed"));
    let shown = desk.ask(Some(&ali), "GET", &path, None).await;
    assert_eq!((&shown.body["name"], shown.headers["etag"].to_str().ok()), (&json!("Twee"), Some("\"2\"")));
}

async fn a_view_that_the_list_no_longer_takes_says_so(desk: &Desk) {
    let ali = agent(desk, "Ali Aydin").await;
    let view = id(&saves(desk, &ali, "Open", "state=new", false).await);
    let sql = "UPDATE saved_view SET query = 'state=verdwenen' WHERE name = 'Open'";
    sea_orm::ConnectionTrait::execute_unprepared(&desk.behind().await, sql).await.expect("a row");
    let list = desk.ask(Some(&ali), "GET", &format!("/v1/tickets?view={view}&kleur=rood"), None).await;
    assert_eq!((list.status, wrong(&list)), (400, vec![("kleur", "unknown_parameter"), ("view", "unknown_value")]), "{}", list.body);
}

async fn a_client_has_no_views_and_cannot_use_one(desk: &Desk) {
    let (ali, client) = (agent(desk, "Ali Aydin").await, desk.token_of("ipo").await);
    let view = id(&saves(desk, &ali, "Open", "state=new", true).await);
    assert_eq!(refusal(&saves(desk, &client, "Open", "state=new", false).await), (403, "desk_only"));
    assert_eq!(refusal(&desk.ask(Some(&client), "GET", "/v1/saved-views", None).await), (403, "desk_only"));
    let list = desk.ask(Some(&client), "GET", &format!("/v1/tickets?view={view}"), None).await;
    assert_eq!((list.status, wrong(&list)), (400, vec![("view", "unknown_value")]));
    let auditor = desk.token(None, &[Role::Auditor]).await;
    assert_eq!(refusal(&saves(desk, &auditor, "Open", "state=new", false).await), (403, "role_missing"));
}

async fn an_erased_owner_leaves_what_is_shared_without_their_name(desk: &Desk) {
    let (ali, bob) = (agent(desk, "Ali Aydin").await, agent(desk, "Bob Boot").await);
    saves(desk, &ali, "Alleen voor mij", "state=new", false).await;
    let shared = id(&saves(desk, &ali, "Voor allen", "state=new", true).await);
    let of_ali = saves(desk, &bob, "Werk van Ali Aydin", "assignee=Ali%20Aydin,bob&state=new", false).await;
    assert_eq!(of_ali.status, 201, "{}", of_ali.body);
    let officer = person(desk, "Pia Vos", Role::PrivacyOfficer).await;
    let who = desk.account_with("ali@leverancier.example").await;
    let export = desk.ask(Some(&officer), "GET", &format!("/v1/people/{who}/export"), None).await.body;
    assert_eq!(export["savedViews"].as_array().map(Vec::len), Some(2), "{export}");
    let erased = desk.ask(Some(&officer), "POST", "/v1/erasures", Some(&json!({ "person": who, "reason": "Verzoek." }))).await;
    assert_eq!(erased.status, 201, "{}", erased.body);
    assert_eq!(names(desk, &bob).await, ["Voor allen", "Werk van verwijderde persoon"]);
    let left = desk.ask(Some(&bob), "GET", &format!("/v1/saved-views/{shared}"), None).await.body;
    assert_eq!(left["owner"]["name"], json!("verwijderde persoon"), "{left}");
    let query = desk.ask(Some(&bob), "GET", &format!("/v1/saved-views/{}", id(&of_ali)), None).await.body["query"].clone();
    assert_eq!(query, json!("assignee=verwijderde%20persoon%2Cbob&state=new"));
}

async fn views_are_shown_page_by_page_and_saved_once_under_one_key(desk: &Desk) {
    let ali = agent(desk, "Ali Aydin").await;
    let key = [("idempotency-key", "een-keer")];
    let view = json!({ "name": "Een/met: streep", "query": "state=new" });
    let (once, twice) = (
        desk.send(Some(&ali), ("POST", "/v1/saved-views"), &key, Some(&view)).await,
        desk.send(Some(&ali), ("POST", "/v1/saved-views"), &key, Some(&view)).await,
    );
    assert_eq!((once.status, &once.body), (201, &twice.body));
    for name in ["Drie", "Twee"] {
        saves(desk, &ali, name, "state=new", false).await;
    }
    let first = desk.ask(Some(&ali), "GET", "/v1/saved-views?pageSize=2", None).await.body;
    let cursor = first["nextCursor"].as_str().expect("a cursor");
    let rest = desk.ask(Some(&ali), "GET", &format!("/v1/saved-views?pageSize=2&cursor={cursor}"), None).await.body;
    let told = |page: &Value| page["items"].as_array().expect("views").iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
    assert_eq!((told(&first), told(&rest)), (vec![json!("Drie"), json!("Een/met: streep")], vec![json!("Twee")]));
    let removal = format!("/v1/saved-views/{}/removals", id(&once));
    let key = [("idempotency-key", "weg")];
    let (gone, again) =
        (desk.send(Some(&ali), ("POST", &removal), &key, None).await, desk.send(Some(&ali), ("POST", &removal), &key, None).await);
    assert_eq!((gone.status, again.status), (201, 201), "{} {}", gone.body, again.body);
    assert_eq!(desk.ask(Some(&ali), "POST", &removal, None).await.status, 404);
}
