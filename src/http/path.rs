//! Path parameters.

use actix_web::{FromRequest, web};
use utoipa::openapi::Object;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, SchemaFormat, Type};
use uuid::Uuid;

use super::error::Failure;
use super::operation::{Argument, Location, Parameter, RequestContext, Signature, text};
use crate::usecases::Error;

/// In characters.
const LONGEST: usize = 500;

pub trait Address: Sized {
    /// The name between braces in the path.
    const NAME: &'static str;
    const DESCRIPTION: &'static str;
    /// For the 404: there is no such "ticket".
    const NOUN: &'static str;

    fn read(text: &str) -> Option<Self>;

    fn schema() -> Object {
        text(None, LONGEST)
    }
}

/// A path parameter. One that is malformed is a 404 and not a 400: there is no such thing.
#[derive(Debug, Clone, Copy)]
pub struct Path<T>(pub T);

impl<T: Address> Argument for Path<T> {
    fn declare(signature: &mut Signature) {
        signature.parameters.push(Parameter {
            name: T::NAME,
            location: Location::Path,
            is_required: true,
            description: T::DESCRIPTION.to_owned(),
            schema: T::schema(),
            example: None,
        });
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let place = context.request.match_info().iter().position(|(name, _)| name == T::NAME);
        // actix decodes escapes when it extracts the parts in order, and not when it gives one by its name.
        let parts = web::Path::<Vec<String>>::extract(&context.request).await.ok();
        let part = place.zip(parts.as_ref()).and_then(|(place, parts)| T::read(parts.get(place)?));
        part.map(Self).ok_or_else(|| Error::NotFound(T::NOUN).into())
    }
}

macro_rules! by_uuid {
    ($($thing:ident: $name:literal, $description:literal, $noun:literal;)+) => { $(
        #[derive(Debug, Clone, Copy)]
        pub struct $thing(pub Uuid);

        impl Address for $thing {
            const NAME: &'static str = $name;
            const DESCRIPTION: &'static str = $description;
            const NOUN: &'static str = $noun;

            fn read(text: &str) -> Option<Self> {
                text.parse().ok().map(Self)
            }
        }
    )+ };
}

by_uuid! {
    LocalAccountId: "id", "The account's UUID", "account";
    MessageId: "id", "The message's UUID", "message";
    SecuritySignalId: "signal", "The signal's UUID", "security signal";
    ObligationId: "id", "The obligation's UUID", "obligation";
    AccessTokenId: "id", "The token's UUID", "token";
    RoleAssignmentId: "id", "The role assignment's UUID", "role assignment";
    RedactionId: "redaction", "The redaction's id", "redaction";
    ErasureId: "erasure", "The erasure's id", "erasure";
    HoldId: "hold", "The hold's id", "hold";
    DestructionId: "destruction", "The destruction's id", "destruction";
    AmendmentId: "amendment", "The amendment's id", "amendment";
    PersonId: "person", "The person's id", "person";
    ContactId: "contact", "The contact's id", "contact";
    CannedReplyId: "reply", "The text's id", "canned reply";
    RoutingRuleId: "rule", "The rule's id", "routing rule";
    SavedViewId: "view", "The view's id", "view";
    WorkLogId: "work", "The id of the record of work", "work log";
}

// By hand, because its schema has the format `uuid`, which the others cannot get without changing the published document.
#[derive(Debug, Clone, Copy)]
pub struct AttachmentId(pub Uuid);

impl Address for AttachmentId {
    const NAME: &'static str = "id";
    const DESCRIPTION: &'static str = "The attachment's id";
    const NOUN: &'static str = "attachment";

    fn read(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    fn schema() -> Object {
        ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).build()
    }
}

/// Any text, since contract files choose the ids.
#[derive(Debug, Clone)]
pub struct ContractId(pub String);

impl Address for ContractId {
    const NAME: &'static str = "contract";
    const DESCRIPTION: &'static str = "The contract's id";
    const NOUN: &'static str = "contract";

    fn read(text: &str) -> Option<Self> {
        Some(Self(text.to_owned()))
    }
}
