//! JSON bodies: held against the document with every problem at once, then read into their types.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use serde_json::Value;
use utoipa::ToSchema;

use super::answer::JSON;
use super::error::Failure;
use super::incoming::Taken;
use super::json;
use super::judge::without_wrong;
use super::operation::{Argument, Asked, Signature};
use crate::usecases::{Error, FieldCode, Problem};

/// A body with nothing wrong in it, as far as the document says.
pub struct Body<T> {
    pub value: T,
    /// The bytes it came in.
    pub sent: Taken,
}

/// A body of which whatever is wrong was left out, so that the rest can be judged before all of it is refused: every
/// field of its type can be absent.
pub struct Partial<T> {
    pub value: T,
    pub problems: Vec<Problem>,
    /// The bytes it came in.
    pub sent: Taken,
}

impl<T: DeserializeOwned + ToSchema> Argument for Body<T> {
    fn declare(signature: &mut Signature) {
        takes::<T>(signature);
    }

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        let (value, problems, sent) = judged(asked).await?;
        if !problems.is_empty() {
            return Err(Failure::invalid(problems));
        }
        Ok(Self { value: read(value)?, sent })
    }
}

impl<T: DeserializeOwned + ToSchema> Argument for Partial<T> {
    fn declare(signature: &mut Signature) {
        takes::<T>(signature);
    }

    async fn take(asked: &mut Asked) -> Result<Self, Failure> {
        let (value, problems, sent) = judged(asked).await?;
        Ok(Self { value: read(without_wrong(value, &problems))?, problems, sent })
    }
}

impl<T> Partial<T> {
    pub fn refuse(&mut self, field: &str, code: FieldCode, detail: impl Into<String>) {
        self.problems.push(Problem::field(field, code, detail));
    }

    /// The body, once nothing is wrong with it.
    pub fn checked(self) -> Result<(T, Taken), Failure> {
        if self.problems.is_empty() { Ok((self.value, self.sent)) } else { Err(Failure::invalid(self.problems)) }
    }
}

/// Says that a body of this type is taken, and held against its schema.
pub fn takes<T: ToSchema>(signature: &mut Signature) {
    let schema = signature.schema_of::<T>();
    signature.judged_by = Some(schema.clone());
    signature.body = Some((JSON, Some(schema)));
}

/// The JSON that was sent, with what is wrong with it as such. What is not JSON at all is refused at once.
pub async fn json_of(asked: &mut Asked) -> Result<(Value, Vec<Problem>, Taken), Failure> {
    let incoming = asked.incoming().ok_or_else(|| Error::Internal("a body was read twice".to_owned()))?;
    let sent = incoming.take(JSON).await?;
    let (value, repeated) = json::read(&sent).map_err(|error| {
        Failure::invalid(vec![Problem {
            pointer: String::new(),
            code: FieldCode::BadJson,
            detail: format!("the body is no JSON: {error}"),
        }])
    })?;
    Ok((value, twice(repeated), sent))
}

fn twice(repeated: BTreeSet<String>) -> Vec<Problem> {
    repeated.into_iter().map(|pointer| Problem { pointer, code: FieldCode::Repeated, detail: "is given twice".to_owned() }).collect()
}

async fn judged(asked: &mut Asked) -> Result<(Value, Vec<Problem>, Taken), Failure> {
    let (value, mut problems, sent) = json_of(asked).await?;
    problems.extend(asked.operation.judge()?.problems(&value));
    Ok((value, problems, sent))
}

/// Reads what its schema found nothing wrong with.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, Failure> {
    serde_json::from_value(value).map_err(|error| Error::Internal(format!("a body that its schema takes cannot be read: {error}")).into())
}
