//! What a screen chooses from: organisations, people, teams and channels, and the names of every value of the API.

use std::collections::BTreeMap;

use actix_web::http::header::{self, AcceptLanguage, Header, Quality};
use actix_web::{HttpRequest, HttpResponse, web};

use super::tickets::names;
use crate::app::App;
use crate::domain::person::{Filter, Person};
use crate::domain::ticket::Channel;
use crate::http::caller::Caller;
use crate::http::error::Failure;
use crate::http::fields::Query;
use crate::http::labels;
use crate::http::paging::{self, Page};
use crate::http::shapes::{
    Choice, ChoiceList, ContractLabels, Label, LabelList, LabelledList, LabelledValue, Organisation, OrganisationContract,
    OrganisationList, PersonOfOrganisation, PersonPage,
};
use crate::usecases::contracts;
use crate::words::Word;

type App_ = web::Data<App>;

/// Shows the organisations that contracts in force serve.
///
/// Those the caller sees, each with the contracts that serve it.
#[utoipa::path(get, path = "/organisations", tag = "catalogue", operation_id = "listOrganisations",
    responses((status = 200, body = OrganisationList), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn organisations(app: App_, caller: Caller) -> Result<HttpResponse, Failure> {
    let mut found: BTreeMap<String, Organisation> = BTreeMap::new();
    for version in contracts::served(&app, &caller.scope).await? {
        for client in version.contract.clients.iter().filter(|client| caller.scope.includes(&client.organisation)) {
            let new = || Organisation { id: client.organisation.clone(), name: client.name.clone(), contracts: Vec::new() };
            let contract = OrganisationContract { contract: version.contract.id.clone(), tier: client.tier.clone() };
            found.entry(client.organisation.clone()).or_insert_with(new).contracts.push(contract);
        }
    }
    Ok(HttpResponse::Ok().json(OrganisationList { items: found.into_values().collect() }))
}

/// Shows a page of people, by organisation and address.
///
/// By organisation and address; `text` finds words in names and addresses, with or without accents.
#[utoipa::path(get, path = "/people", tag = "catalogue", operation_id = "listPeople",
    params(
        ("organisation" = Option<String>, Query, description = "A comma list of ids of organisations"),
        ("text" = Option<String>, Query, min_length = 1, max_length = 200, description = "Words that each stand somewhere in the name or the address"),
        ("pageSize" = Option<i32>, Query, minimum = 1, maximum = 100, description = "How many people a page shows; 20 unless said"),
        ("cursor" = Option<String>, Query, description = "The `nextCursor` of the page before, with the same filters")),
    responses((status = 200, body = PersonPage), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn people(app: App_, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let mut query = Query::read(&request, &["organisation", "text", "pageSize", "cursor"]);
    let size = query.page_size();
    let text = query.text("text").unwrap_or_default().to_owned();
    let names = names(&app, &caller, ["organisation"].iter().any(|key| query.text(key).is_some())).await?;
    let filter = Filter {
        organisations: query.among("organisation", names.organisations.iter().map(String::as_str)),
        words: text.split_whitespace().map(str::to_owned).collect(),
        after: paging::after_of(&mut query, read_place),
        limit: size as u64 + 1,
    };
    query.checked()?;
    let found = crate::usecases::people::list(&app, &caller, &filter).await?;
    let page = Page::of(found, size, |person| format!("{}\n{}", person.organisation, person.email));
    let shown = |one: Person| PersonOfOrganisation { id: one.id, organisation: one.organisation, name: one.name, email: one.email };
    let page = PersonPage { items: page.items.into_iter().map(shown).collect(), next_cursor: page.next_cursor };
    Ok(paging::answer(&request, &page, page.next_cursor.as_deref()))
}

fn read_place(text: &str) -> Option<(String, String)> {
    text.split_once('\n').map(|(organisation, email)| (organisation.to_owned(), email.to_owned()))
}

/// Shows the teams of the desk; where there are any, a ticket's team is one of these.
///
/// As the settings name them; none means that a team can be any text.
#[utoipa::path(get, path = "/teams", tag = "catalogue", operation_id = "listTeams",
    responses((status = 200, body = ChoiceList), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn teams(app: App_, _caller: Caller) -> HttpResponse {
    let teams = app.settings.teams.iter().map(|(code, team)| {
        let en = team.label.en.as_deref().unwrap_or(&team.label.nl);
        Choice { code: code.clone(), label: Label::new(&team.label.nl, en) }
    });
    HttpResponse::Ok().json(ChoiceList { items: teams.collect() })
}

/// Shows how a ticket can come in.
///
/// Each with its name in Dutch and English.
#[utoipa::path(get, path = "/channels", tag = "catalogue", operation_id = "listChannels",
    responses((status = 200, body = ChoiceList), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn channels(_caller: Caller) -> HttpResponse {
    let channels = Channel::ALL.into_iter().map(|channel| Choice { code: channel.as_str().to_owned(), label: channel.word().into() });
    HttpResponse::Ok().json(ChoiceList { items: channels.collect() })
}

/// Shows the names of every value of the API, in Dutch unless English is preferred.
///
/// For every list of codes there is, and the priorities and own words of each contract; the text is in the language that `Accept-Language` asks for, Dutch unless said.
#[utoipa::path(get, path = "/labels", tag = "catalogue", operation_id = "listLabels",
    params(("Accept-Language" = Option<String>, Header, description = "nl (default) or en")),
    responses((status = 200, body = LabelList), (status = "4XX", body = crate::http::error::ProblemBody)))]
pub async fn labels(app: App_, caller: Caller, request: HttpRequest) -> Result<HttpResponse, Failure> {
    let english = prefers_english(&request);
    let value = |code: &str, nl: &str, en: &str| LabelledValue {
        code: code.to_owned(),
        label: if english { en } else { nl }.to_owned(),
        nl: nl.to_owned(),
        en: en.to_owned(),
    };
    let named = |word: &Word| value(word.code, word.dutch, word.english);
    let list = |(name, words): (&str, Vec<Word>)| LabelledList { name: name.to_owned(), values: words.iter().map(named).collect() };
    let served = contracts::served(&app, &caller.scope).await?;
    let priorities = served.iter().map(|version| ContractLabels {
        contract: version.contract.id.clone(),
        values: version.contract.priorities.iter().map(|one| value(&one.code, &one.label.nl, &one.label.en)).collect(),
    });
    let types = served.iter().filter(|version| !version.contract.type_labels.is_empty()).map(|version| ContractLabels {
        contract: version.contract.id.clone(),
        values: version.contract.type_labels.iter().map(|(kind, label)| value(kind.as_str(), &label.nl, &label.en)).collect(),
    });
    let language = if english { "en" } else { "nl" };
    let body = LabelList {
        language: language.to_owned(),
        items: labels::lists().into_iter().map(list).collect(),
        priorities: priorities.collect(),
        types: types.collect(),
    };
    Ok(HttpResponse::Ok().insert_header((header::CONTENT_LANGUAGE, language)).insert_header((header::VARY, "Accept-Language")).json(body))
}

/// Whether English comes before Dutch among the languages asked for.
fn prefers_english(request: &HttpRequest) -> bool {
    let Ok(mut asked) = AcceptLanguage::parse(request) else { return false };
    asked.retain(|language| language.quality > Quality::ZERO);
    asked.sort_by_key(|language| std::cmp::Reverse(language.quality));
    let primary = asked.iter().filter_map(|language| language.item.item().map(|tag| tag.primary_language().to_lowercase()));
    primary.into_iter().find(|language| ["nl", "en"].contains(&language.as_str())).is_some_and(|language| language == "en")
}
