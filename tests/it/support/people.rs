//! People with a token of their own, made by the command: those who can sign.

use serde_json::json;
use uurwerk::domain::contract::Side;
use uurwerk::domain::permission::{Role, Roles};
use uurwerk::usecases::tokens::NewToken;

use super::Desk;

impl Desk {
    /// A token of somebody whom the desk knows: of an organisation, or of the desk.
    pub async fn person(&self, organisation: Option<&str>, name: &str, email: &str, roles: &[Role]) -> String {
        match organisation {
            Some(organisation) => {
                let known = self.post("/v1/people", &json!({ "organisation": organisation, "name": name, "email": email })).await;
                assert!([201, 409].contains(&known.status), "{}", known.body);
            }
            None => drop(self.account(name, email).await),
        }
        let new = NewToken {
            name: format!("van {name}"),
            organisation: organisation.map(str::to_owned),
            roles: roles.to_vec(),
            person: Some(email.to_owned()),
            ..NewToken::default()
        };
        uurwerk::usecases::tokens::create(&self.app, &new).await.expect("a token")
    }

    /// The id of an account of the desk.
    pub async fn account_with(&self, email: &str) -> uuid::Uuid {
        let found = uurwerk::store::role_assignments::holders(&self.app.all(), None, email).await.expect("a database");
        found.first().expect("an account").id
    }

    /// A token of somebody who signs for an organisation.
    pub async fn signer_of(&self, organisation: &str) -> String {
        let email = format!("karin@{organisation}.example");
        self.person(Some(organisation), "Karin Mulder", &email, &[Role::AuthorisedRequester, Role::Approver]).await
    }

    /// A token of somebody who signs for the desk, and has every role of it.
    pub async fn signer(&self) -> String {
        let roles: Vec<_> = Roles::of(Side::Supplier).without(Role::Integration).iter().collect();
        self.person(None, "Sam Smit", "sam@leverancier.example", &roles).await
    }
}
