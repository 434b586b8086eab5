//! JSON bodies: first checked against their schema, which finds every problem at once, then deserialised as far as they fit it. Serde alone
//! would stop at the first problem.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::JSON;
use super::error::Failure;
use super::incoming::ReceivedBody;
use super::json;
use super::operation::{Argument, RequestContext, Signature};
use super::validation::without_invalid_fields;
use crate::usecases::{Error, FieldCode, Problem};

/// A body without the fields that do not fit the schema: the use case still judges the others ([`Stamp::unreadable`]), so that one refusal
/// names everything. Every field of `T` is optional to serde, also where the schema requires it.
///
/// [`Stamp::unreadable`]: crate::usecases::Stamp
pub struct Body<T> {
    pub value: T,
    /// What is wrong with the fields that could not be read.
    pub problems: Vec<Problem>,
    /// The bytes, for the digest of an idempotency key.
    pub sent: ReceivedBody,
}

impl<T: DeserializeOwned + ToSchema> Argument for Body<T> {
    fn declare(signature: &mut Signature) {
        takes::<T>(signature);
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let (value, mut problems, sent) = json_of(context).await?;
        problems.extend(context.operation.validator()?.problems(&value));
        Ok(Self { value: read(without_invalid_fields(value, &problems))?, problems, sent })
    }
}

/// A body that fits its schema, for an operation whose schema says everything about it.
pub struct Whole<T> {
    pub value: T,
    /// The bytes, for the digest of an idempotency key.
    pub sent: ReceivedBody,
}

impl<T: DeserializeOwned + ToSchema> Argument for Whole<T> {
    fn declare(signature: &mut Signature) {
        takes::<T>(signature);
    }

    async fn take(context: &mut RequestContext) -> Result<Self, Failure> {
        let (value, mut problems, sent) = json_of(context).await?;
        problems.extend(context.operation.validator()?.problems(&value));
        Failure::unless_none(problems)?;
        Ok(Self { value: read(value)?, sent })
    }
}

impl<T> Body<T> {
    pub fn refuse(&mut self, field: &str, code: FieldCode, detail: impl Into<String>) {
        self.problems.push(Problem::field(field, code, detail));
    }

    /// Refuses the body when anything is wrong with it.
    pub fn checked(self) -> Result<(T, ReceivedBody), Failure> {
        if self.problems.is_empty() { Ok((self.value, self.sent)) } else { Err(Failure::invalid(self.problems)) }
    }
}

/// Declares a JSON body of this type, to be checked against its schema.
pub fn takes<T: ToSchema>(signature: &mut Signature) {
    let schema = signature.schema_of::<T>();
    signature.validated_by = Some(schema.clone());
    signature.body = Some((JSON, Some(schema)));
}

/// The body as JSON, with the names that were given twice. What is no JSON is refused at once: there is nothing more to check.
pub async fn json_of(context: &mut RequestContext) -> Result<(Value, Vec<Problem>, ReceivedBody), Failure> {
    let incoming = context.incoming().ok_or_else(|| Error::Internal("a body was read twice".to_owned()))?;
    let sent = incoming.take(JSON).await?;
    let (value, repeated) = json::read(&sent).map_err(|error| {
        Failure::invalid(vec![Problem {
            pointer: String::new(),
            code: FieldCode::BadJson,
            detail: format!("the body is not JSON: {error}"),
        }])
    })?;
    Ok((value, twice(repeated), sent))
}

fn twice(repeated: BTreeSet<String>) -> Vec<Problem> {
    repeated.into_iter().map(|pointer| Problem { pointer, code: FieldCode::Repeated, detail: "is given twice".to_owned() }).collect()
}

/// Deserialises what fits its schema. Failing is our fault then: schema and type differ.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| Error::Internal(format!("a body that its schema takes cannot be read: {error}")).into())
}
