//! `/sandbox`: the time of a sandbox, which stands still until it is advanced.

use actix_web::web::Data;

use crate::app::App;
use crate::domain::permission::RunSandbox;
use crate::http::answer::{Created, Json};
use crate::http::body::Body;
use crate::http::caller::May;
use crate::http::error::Failure;
use crate::http::idempotency::IdempotencyKey;
use crate::http::operation::{Argument, Operation, RequestContext, Signature, Tag, get, post};
use crate::http::shapes::{AdvanceInput, Sandbox};
use crate::jobs;
use crate::usecases::FieldCode;
use crate::usecases::sandbox::{self, Advance};

pub fn operations() -> Vec<Operation> {
    vec![
        get("/sandbox", now)
            .id("getSandbox")
            .tag(Tag::Sandbox)
            .describe("Shows where a sandbox's time stands.", "Also when the next timer or mail is due. A desk that lives in real time answers 409."),
        post("/sandbox/advances", advance).id("createSandboxAdvance").tag(Tag::Sandbox).describe(
            "Advances a sandbox's time; answers when everything that became due has had its turn.",
            "Give `to` or `by`, at most ten years ahead. Timers, escalations and mail go at their own instants on the way; time never goes back. A\n\
             repeat under the same key goes no further than the first did.",
        ),
    ]
}

/// Refuses on a desk that is no sandbox, before a body is read.
struct InSandbox;

impl Argument for InSandbox {
    fn declare(signature: &mut Signature) {
        signature.refuses.push(409);
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let app = <Data<App> as Argument>::take(context).await?;
        sandbox::refuse_outside(&app)?;
        Ok(Self)
    }
}

async fn now(app: Data<App>, _caller: May<RunSandbox>, _: InSandbox) -> Result<Json<Sandbox>, Failure> {
    Ok(Json(Sandbox { now_at: app.time.now(), next_due_at: jobs::next_due(&app).await? }))
}

async fn advance(
    app: Data<App>,
    caller: May<RunSandbox>,
    _: InSandbox,
    key: IdempotencyKey,
    mut body: Body<AdvanceInput>,
) -> Result<Created<Sandbox>, Failure> {
    let by = body.value.by.as_deref().map(seconds);
    let advance = match (body.value.to, by) {
        (Some(to), None) => Advance::To(to),
        (None, Some(Some(seconds))) => Advance::By(seconds),
        (to, by) => {
            match by {
                Some(None) => body.refuse("by", FieldCode::BadDuration, "is longer than can be counted"),
                _ if to.is_some() || body.problems.is_empty() => body.refuse("to", FieldCode::OneOf, "give either to or by"),
                _ => {}
            }
            Advance::By(0)
        }
    };
    let now_at = jobs::advance(&app, &caller.stamp_of(&app, &key, &body), advance).await?;
    Ok(Created(Sandbox { now_at, next_due_at: jobs::next_due(&app).await? }))
}

/// The seconds of an ISO 8601 duration without months and years, whose length varies. The schema's pattern has checked its form; `None` for
/// one that is too long to count.
fn seconds(text: &str) -> Option<i64> {
    let (mut total, mut number) = (0_i64, String::new());
    for sign in text.strip_prefix('P')?.chars() {
        let unit = match sign {
            '0'..='9' => {
                number.push(sign);
                continue;
            }
            'T' => continue,
            'W' => 604_800,
            'D' => 86_400,
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.checked_add(number.parse::<i64>().ok()?.checked_mul(unit)?)?;
        number.clear();
    }
    Some(total)
}
