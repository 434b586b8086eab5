//! Tokens that are made for somebody: by the command, for whoever has the machine, or by an administrator over the API.

use super::{endless, given_apart, secret};
use uuid::Uuid;

use crate::app::App;
use crate::domain::Instant;
use crate::domain::address::can_be_mailed;
use crate::domain::contract::Side;
use crate::domain::permission::{Principal, Role, Roles, Verb, Verbs};
use crate::domain::text::is_visible;
use crate::store::tokens::Token;
use crate::store::{self, Reads};
use crate::time::TimeSource;
use crate::usecases::held::{remember, repeated};
use crate::usecases::parties::Party;
use crate::usecases::{Error, FieldCode, Problem, Stamp, one_of};

/// Characters in a name.
const NAME_CAP: usize = 200;
const DAY_SECONDS: i64 = 24 * 3600;

/// A token to be made.
#[derive(Debug, Clone, Default)]
pub struct NewToken {
    /// What it is for; histories show it where no person is behind the token.
    pub name: String,
    /// The organisation whose it is, or a former client's, which may still see its own tickets; the desk's when absent.
    pub organisation: Option<String>,
    /// At least one, all of the token's side: without a role it would give nothing.
    pub roles: Vec<Role>,
    /// The verbs it is limited to, each of which one of the roles gives; not limited when absent.
    pub verbs: Option<Vec<Verb>>,
    /// The organisations that a token of the desk is limited to; not limited when absent.
    pub organisations: Option<Vec<String>>,
    /// The address of the person who acts with it, known to the desk as somebody of the organisation; of somebody of the desk, the address or
    /// id of their account.
    pub person: Option<String>,
    pub expires_at: Option<Instant>,
}

/// A token that was made.
#[derive(Debug)]
pub struct Issued {
    /// Its text, which is not kept: `None` when a request is repeated.
    pub text: Option<String>,
    pub token: Token,
}

/// Makes a token for whoever has the machine, who may give anything. Returns its text.
pub async fn create(app: &App, new: &NewToken) -> Result<String, Error> {
    let (mut problems, person) = judged(&app.all(), new).await?;
    problems.extend(new.expires_at.and_then(|end| past(end, app.time.now())));
    if !problems.is_empty() {
        return Err(Error::Invalid(problems));
    }
    let (text, hash) = secret()?;
    let token = token(app, new, person);
    let created = Stamp::command("createToken", app.time.now());
    let created = created.write(app, async |tx| {
        tx.touch("token", token.id);
        Ok(store::tokens::insert(tx, &token, &hash).await?)
    });
    created.await?;
    Ok(text)
}

/// Makes a token for somebody who manages access, and who gives no more than they may.
pub async fn issue(app: &App, stamp: &Stamp, new: &NewToken) -> Result<Issued, Error> {
    stamp.who.may(Verb::ManageAccess)?;
    let (text, hash) = secret()?;
    stamp
        .write(app, async |tx| {
            if let Some(known) = repeated(tx, stamp).await? {
                let token = store::tokens::with_id(tx, known).await?.ok_or(Error::NotFound("token"))?;
                return Ok(Issued { text: None, token });
            }
            let (mut problems, person) = judged(tx, new).await?;
            problems.extend(beyond(&stamp.who, new));
            problems.extend(wrong_end(app, new.expires_at));
            if !problems.is_empty() {
                return Err(Error::Invalid(problems));
            }
            let token = Token { issued_by: Some(stamp.who.actor.as_text()), ..token(app, new, person) };
            tx.touch("token", token.id);
            store::tokens::insert(tx, &token, &hash).await?;
            remember(app, tx, stamp, token.id).await?;
            Ok(Issued { text: Some(text.clone()), token })
        })
        .await
}

fn token(app: &App, new: &NewToken, person: Option<Uuid>) -> Token {
    Token {
        organisation: new.organisation.clone(),
        person_id: person,
        roles: new.roles.iter().copied().collect(),
        limit: new.verbs.as_ref().map_or(Verbs::ALL, |verbs| verbs.iter().copied().collect()),
        organisations: new.organisations.clone(),
        expires_at: new.expires_at,
        ..endless(app, app.time.id(), &new.name)
    }
}

/// What is wrong with a token whoever gives it, and the person it is for.
async fn judged(reads: &impl Reads, new: &NewToken) -> Result<(Vec<Problem>, Option<Uuid>), Error> {
    let mut problems = wrong(new);
    let agreements = store::agreements::read(reads).await?;
    let unknown = |field: &str| Problem::field(field, FieldCode::UnknownOrganisation, "no contract names this organisation");
    if new.organisation.as_ref().is_some_and(|organisation| !agreements.have_named(organisation)) {
        problems.push(unknown("organisation"));
    }
    let limited = new.organisations.iter().flatten().enumerate();
    problems.extend(limited.filter(|(_, one)| !agreements.have_named(one)).map(|(at, _)| unknown(&format!("organisations/{at}"))));
    let mut person = None;
    if let Some(named) = &new.person {
        match known(reads, new.organisation.as_deref(), named).await? {
            Ok(id) => person = Some(id),
            Err(problem) => problems.push(problem),
        }
    }
    if person.is_some() && new.roles.contains(&Role::Integration) {
        problems.push(Problem::field("person", FieldCode::NotAllowed, "an integration is a system, and nobody's"));
    }
    Ok((problems, person))
}

/// Whose it is: a person of the organisation, by their address, or of the desk, by the id or address of their account.
async fn known(reads: &impl Reads, organisation: Option<&str>, named: &str) -> Result<Result<Uuid, Problem>, Error> {
    let wrong = |code, detail: &str| Ok(Err(Problem::field("person", code, detail)));
    let Some(organisation) = organisation else { return Party::of(Side::Supplier, None).member(reads, "person", named).await };
    if !can_be_mailed(named) {
        return wrong(FieldCode::BadFormat, "must be an address such as anna@ipo.example");
    }
    match store::people::with_address(reads, organisation, &named.to_lowercase()).await? {
        Some(person) if person.is_active => Ok(Ok(person.id)),
        Some(_) => wrong(FieldCode::UnknownRequester, "has left the organisation"),
        None => wrong(FieldCode::UnknownRequester, "nobody of the organisation is known by this address"),
    }
}

/// What is wrong with it by itself.
fn wrong(new: &NewToken) -> Vec<Problem> {
    let mut problems = Vec::new();
    problems.extend(wrong_name(&new.name));
    let side = if new.organisation.is_some() { Side::Client } else { Side::Supplier };
    let possible = Role::ALL.into_iter().filter(|role| role.side() == side).map(Role::as_str);
    if new.roles.is_empty() {
        problems.push(Problem::field("roles", FieldCode::Required, format!("a token gives nothing without a role; {}", one_of(possible))));
    } else if new.roles.iter().any(|role| role.side() != side) {
        problems.push(Problem::field("roles", FieldCode::UnknownValue, one_of(possible)));
    } else if new.roles.contains(&Role::GlobalAdministrator) {
        let detail = "a global administrator is one by the agreement of both sides, until a named end: grant it as a role assignment";
        problems.push(Problem::field("roles", FieldCode::NotAllowed, detail));
    } else if new.roles.contains(&Role::Integration) && new.roles.len() > 1 {
        problems.push(Problem::field("roles", FieldCode::NotAllowed, "an integration is a system, which has no other role"));
    }
    if new.roles == [Role::Requester] && new.person.is_none() {
        problems.push(Problem::field("person", FieldCode::Required, "a requester sees what they reported: say who it is"));
    }
    problems.extend(wrong_limits(new));
    problems
}

fn wrong_limits(new: &NewToken) -> Vec<Problem> {
    let mut problems = Vec::new();
    let roles: Roles = new.roles.iter().copied().collect();
    match new.verbs.as_deref() {
        Some([]) => problems.push(Problem::field("verbs", FieldCode::TooShort, "a token limited to nothing gives nothing")),
        Some(verbs) => {
            let idle = verbs.iter().filter(|verb| !roles.has_one_of(verb.roles())).map(|verb| verb.as_str()).collect::<Vec<_>>().join(", ");
            if !idle.is_empty() && !new.roles.is_empty() {
                let detail = format!("a limit gives nothing that the roles do not give: {idle}");
                problems.push(Problem::field("verbs", FieldCode::NotAllowed, detail));
            }
        }
        None => {}
    }
    match new.organisations.as_deref() {
        Some(_) if new.organisation.is_some() => {
            let detail = "an organisation's token sees that organisation only, and needs no limit";
            problems.push(Problem::field("organisations", FieldCode::NotAllowed, detail));
        }
        Some([]) => problems.push(Problem::field("organisations", FieldCode::TooShort, "a token limited to nobody sees nothing")),
        _ => {}
    }
    problems
}

fn wrong_name(name: &str) -> Option<Problem> {
    let (code, detail) = if !is_visible(name) {
        (FieldCode::Blank, "a token needs a name: histories show it for whoever comes with it".to_owned())
    } else if name.chars().any(char::is_control) {
        (FieldCode::BadFormat, "a token's name is one line, without control characters".to_owned())
    } else if name.chars().count() > NAME_CAP {
        (FieldCode::TooLong, format!("a token's name has {NAME_CAP} characters at most"))
    } else {
        return None;
    };
    Some(Problem::field("name", code, detail))
}

/// What is not given over the API: roles that are given apart, and more than the giver's own token is limited to. A token that is
/// limited to organisations gives nothing at all, since managing access is not an organisation's.
fn beyond(giver: &Principal, new: &NewToken) -> Vec<Problem> {
    let mut problems = Vec::new();
    // That a global administrator is granted otherwise is said of every token.
    let roles: Roles = new.roles.iter().copied().collect();
    if let Some(detail) = given_apart(roles.without(Role::GlobalAdministrator)) {
        problems.push(Problem::field("roles", FieldCode::NotAllowed, detail));
    }
    let asked: Verbs = new.verbs.as_ref().map_or(Verbs::ALL, |verbs| verbs.iter().copied().collect());
    if !asked.is_within(giver.limit) {
        let detail = "your own token is limited to other things: say to which of those this one is limited";
        problems.push(Problem::field("verbs", FieldCode::NotAllowed, detail));
    }
    problems
}

fn wrong_end(app: &App, end: Option<Instant>) -> Option<Problem> {
    let Some(end) = end else {
        return Some(Problem::field("expiresAt", FieldCode::Required, "say when the token expires"));
    };
    // By the machine's time, by which tokens expire, in a sandbox too.
    let (now, days) = (TimeSource::machine().now(), app.settings.access.longest_token_days);
    let latest = now.plus(i64::from(days) * DAY_SECONDS).unwrap_or(Instant::MAX);
    let too_late =
        || Problem::field("expiresAt", FieldCode::OutOfRange, format!("a token is good for {days} days at most, until {latest}"));
    past(end, now).or_else(|| (end > latest).then(too_late))
}

fn past(end: Instant, now: Instant) -> Option<Problem> {
    let detail = || format!("the token would be of no use: it is {now}, and {end} has passed");
    (end <= now).then(|| Problem::field("expiresAt", FieldCode::InPast, detail()))
}
