//! What a screen offers to choose from: organisations, teams and channels, and the display names of all codes.

use actix_web::http::header::{self, AcceptLanguage, Header, Quality};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::domain::language::Language;
use crate::domain::permission::ReadAgreements;
use crate::domain::ticket::Channel;
use crate::http::answer::Json;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::labels;
use crate::http::operation::{Answer, Argument, Location, Operation, Parameter, RequestContext, Signature, Tag, get, text};
use crate::http::shapes::{
    Choice, ChoiceList, ContractLabels, Label, LabelList, LabelledList, LabelledValue, Organisation, OrganisationContract,
    OrganisationList, OrganisationStorage,
};
use crate::usecases::contracts;
use crate::words::Word;

pub fn operations() -> Vec<Operation> {
    let operations = [
        get("/organisations", organisations)
            .id("listOrganisations")
            .describe("Shows the organisations that contracts in force serve.", "Those the caller sees, each with the contracts that serve it."),
        get("/teams", teams).id("listTeams").describe(
            "Shows the teams of the desk; where there are any, a ticket's team is one of these.",
            "As the settings name them; none means that a team can be any text.",
        ),
        get("/channels", channels)
            .id("listChannels")
            .describe("Shows how a ticket can come in.", "Each with its name in Dutch and English."),
        get("/labels", labels).id("listLabels").describe(
            "Shows the names of every value of the API, in Dutch unless English is preferred.",
            "For every list of codes there is, and the priorities and own words of each contract; the text is in the language that `Accept-Language` asks for, Dutch unless said.",
        ),
    ];
    operations.into_iter().map(|operation| operation.tag(Tag::Catalogue)).collect()
}

async fn organisations(app: Data<App>, caller: May<ReadAgreements>) -> Result<Json<OrganisationList>, Failure> {
    let served = |(contract, tier)| OrganisationContract { contract, tier };
    let shown = |one: contracts::Organisation| Organisation {
        id: one.id,
        name: one.name,
        contracts: one.contracts.into_iter().map(served).collect(),
        storage: one.storage.map(OrganisationStorage::from),
    };
    let found = contracts::organisations(&app, &caller).await?;
    Ok(Json(OrganisationList { items: found.into_iter().map(shown).collect() }))
}

async fn teams(app: Data<App>, _caller: May<ReadAgreements>) -> Result<Json<ChoiceList>, Failure> {
    let teams = app.settings.teams.iter().map(|(code, team)| {
        let en = team.label.en.as_deref().unwrap_or(&team.label.nl);
        Choice { code: code.clone(), label: Label::new(&team.label.nl, en) }
    });
    Ok(Json(ChoiceList { items: teams.collect() }))
}

async fn channels(_caller: May<ReadAgreements>) -> Result<Json<ChoiceList>, Failure> {
    let channels = Channel::ALL.into_iter().map(|channel| Choice { code: channel.as_str().to_owned(), label: channel.word().into() });
    Ok(Json(ChoiceList { items: channels.collect() }))
}

async fn labels(app: Data<App>, caller: May<ReadAgreements>, language: Language) -> Result<Worded<LabelList>, Failure> {
    let english = language == Language::English;
    let value = |code: &str, nl: &str, en: &str| LabelledValue {
        code: code.to_owned(),
        label: if english { en } else { nl }.to_owned(),
        nl: nl.to_owned(),
        en: en.to_owned(),
    };
    let named = |word: &Word| value(word.code, word.dutch, word.english);
    let list = |(name, words): (&str, Vec<Word>)| LabelledList { name: name.to_owned(), values: words.iter().map(named).collect() };
    let served: Vec<_> = contracts::served(&app, &caller).await?.into_iter().map(|served| served.version).collect();
    let priorities = served.iter().map(|version| ContractLabels {
        contract: version.contract.id.clone(),
        values: version.contract.priorities.iter().map(|one| value(&one.code, &one.label.nl, &one.label.en)).collect(),
    });
    let types = served.iter().filter(|version| !version.contract.type_labels.is_empty()).map(|version| ContractLabels {
        contract: version.contract.id.clone(),
        values: version.contract.type_labels.iter().map(|(kind, label)| value(kind.as_str(), &label.nl, &label.en)).collect(),
    });
    let shown = LabelList {
        language: language.tag().to_owned(),
        items: labels::lists().into_iter().map(list).collect(),
        priorities: priorities.collect(),
        types: types.collect(),
    };
    Ok(Worded { language, shown })
}

/// From `Accept-Language`; Dutch unless English is preferred.
impl Argument for Language {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(Parameter {
            name: "Accept-Language",
            location: Location::Header,
            is_required: false,
            description: "nl (default) or en".to_owned(),
            schema: text(None, 500),
            example: None,
        });
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        Ok(if prefers_english(&context.request) { Self::English } else { Self::Dutch })
    }
}

/// An answer in one of the two languages, which caches must keep apart (`Vary`).
struct Worded<T> {
    language: Language,
    shown: T,
}

impl<T: Serialize + ToSchema> Answer for Worded<T> {
    fn declare(signature: &mut Signature) {
        Json::<T>::declare(signature);
        signature.success.headers.push("Content-Language");
    }

    fn respond(self, _request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::Ok();
        response.insert_header((header::CONTENT_LANGUAGE, self.language.tag())).insert_header((header::VARY, "Accept-Language"));
        response.json(self.shown)
    }
}

fn prefers_english(request: &HttpRequest) -> bool {
    let Ok(mut asked) = AcceptLanguage::parse(request) else { return false };
    asked.retain(|language| language.quality > Quality::ZERO);
    asked.sort_by_key(|language| std::cmp::Reverse(language.quality));
    let primary = asked.iter().filter_map(|language| language.item.item().map(|tag| tag.primary_language().to_lowercase()));
    primary.into_iter().find(|language| ["nl", "en"].contains(&language.as_str())).is_some_and(|language| language == "en")
}
