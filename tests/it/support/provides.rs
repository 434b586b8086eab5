//! Gives a ticket what a phase needs, going by nothing but what the API says of it, as a form would.

use serde_json::{Value, json};
use uurwerk::domain::permission::Role;

use super::{Desk, incident};

/// Where a part is written, and what with.
fn part(field: &str) -> (&'static str, Value) {
    match field {
        "root_cause" => ("root-causes", json!({ "deeperCause": "De accu is versleten.", "proposal": "De accu vervangen." })),
        "outcome" => {
            ("outcomes", json!({ "outcome": "direct", "solvedAt": "2026-03-02T07:00:00Z", "explanation": "De accu is vervangen." }))
        }
        "request_form" => ("request-forms", json!({ "values": super::access() })),
        "proposal" => (
            "proposals",
            json!({ "approach": "Stap voor stap.", "solution": "Een nieuwe server.", "planning": "In mei.", "price": "1250.00",
                "validUntilDate": "2026-12-31" }),
        ),
        "quotation" => ("quotations", json!({ "price": "250.00", "validUntilDate": "2026-12-31" })),
        "security_report" => {
            ("security-reports", json!({ "courseOfEvents": "Er is gephisht.", "response": "Geblokkeerd.", "lessons": "Vaker oefenen." }))
        }
        "finding" => {
            ("findings", json!({ "causes": ["unavailable"], "clientInfrastructureWorks": true, "thirdPartyInfrastructureWorks": true }))
        }
        "assessment" => (
            "assessments",
            json!({ "nature": "improvement", "class": "normal", "impact": "low", "risk": "low", "explanation": "Klein.", "cost": "0" }),
        ),
        "change_plan" => (
            "change-plans",
            json!({ "startsAt": "2026-04-01T18:00:00Z", "endsAt": "2026-04-01T20:00:00Z", "implementation": "Vervangen.",
                "backOut": "Terugzetten." }),
        ),
        "test_report" => ("test-reports", json!({ "passed": true, "findings": "Alles werkt." })),
        "review" => ("reviews", json!({ "result": "succeeded", "lessons": "Niets." })),
        other => panic!("no such part: {other}"),
    }
}

impl Desk {
    /// What a ticket needs for a phase, as the API says.
    pub async fn lacks(&self, number: &str, to: &str) -> Vec<(String, String)> {
        let offers = self.get(&format!("/v1/tickets/{number}/transitions")).await.body;
        let offer = offers["items"].as_array().expect("moves").iter().find(|offer| offer["to"] == to).cloned();
        let before = offer.unwrap_or_else(|| panic!("{number} cannot go to {to}: {offers}"))["before"].clone();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        before.as_array().expect("needs").iter().map(|need| (text(&need["code"]), text(&need["field"]))).collect()
    }

    /// Writes a part of a ticket.
    pub async fn writes(&self, number: &str, field: &str) -> super::Answer {
        let (path, content) = part(field);
        self.post(&format!("/v1/tickets/{number}/{path}"), &content).await
    }

    /// Gives a ticket of the IPO under the example agreement everything it lacks for a phase.
    pub async fn provides(&self, number: &str, to: &str) {
        for (code, field) in self.lacks(number, to).await {
            let answer = match code.as_str() {
                "part_required" => self.writes(number, &field).await,
                "service_required" => self.patch(&format!("/v1/tickets/{number}"), &json!({ "service": "cloud" })).await,
                "item_required" => self.patch(&format!("/v1/tickets/{number}"), &json!({ "kind": "toegang" })).await,
                "priority_required" => self.patch(&format!("/v1/tickets/{number}"), &json!({ "priority": "p3" })).await,
                "link_required" => {
                    let other = self.registers(&incident("p3")).await;
                    self.post(&format!("/v1/tickets/{number}/links"), &json!({ "kind": field, "ticket": other })).await
                }
                "decision_required" => self.agrees(number, &field).await,
                other => panic!("{number} needs {other} {field}"),
            };
            assert!([200, 201].contains(&answer.status), "{code} {field}: {}", answer.body);
        }
    }

    /// Says yes to a question for everybody of the IPO and of the desk who is asked.
    pub async fn agrees(&self, number: &str, question: &str) -> super::Answer {
        let approver = match question {
            "acceptance" => self.person(Some("ipo"), "Femke", "femke@ipo.example", &[Role::FunctionalAdministrator]).await,
            _ => self.signer_of("ipo").await,
        };
        let answer = self.decides(Some(&approver), number, question, "yes").await;
        if question == "approval" { self.decides(None, number, question, "yes").await } else { answer }
    }

    /// Answers a question of a ticket.
    pub async fn decides(&self, token: Option<&str>, number: &str, question: &str, verdict: &str) -> super::Answer {
        let body = json!({ "question": question, "verdict": verdict, "reason": "Zo is besloten." });
        let path = format!("/v1/tickets/{number}/decisions");
        match token {
            Some(token) => self.ask(Some(token), "POST", &path, Some(&body)).await,
            None => self.post(&path, &body).await,
        }
    }

    /// Gives it what it lacks, and moves it there.
    pub async fn brings(&self, number: &str, to: &str) -> super::Answer {
        self.provides(number, to).await;
        let now = self.get(&format!("/v1/tickets/{number}")).await.body["phase"].clone();
        // The last yes moved it already.
        if now == to { self.get(&format!("/v1/tickets/{number}")).await } else { self.moves(number, to).await }
    }
}
