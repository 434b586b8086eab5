//! The page that shows which role may what (ROLE-11).

use std::fmt::Write;

use super::{Role, Verb};

/// The page as Markdown.
pub fn page() -> String {
    let mut page = String::from(
        "# Who may what\n\n\
         Nobody may anything without a role that gives it, but sign out. Roles of the desk stand first, then those of a client. What somebody sees\n\
         is a matter of their organisation as well: what belongs to another is not there for them. A *requester* sees what they\n\
         reported themselves. A ticket with a flag is there for those whom the flag concerns: security for the security officers of\n\
         both sides, privacy for their privacy officers, confidential for the service manager; and for its requester, whoever has it in\n\
         hand and whoever registered it. A right of the desk that one client agreed to, an administrator's or a third party's, counts for\n\
         that client's rows alone, and gives nothing that concerns the desk as a whole. What one may has a code, which a token can be\n\
         limited to.\n\n",
    );
    let (names, rule): (String, String) =
        (Role::ALL.map(|role| format!(" {} |", role.english())).concat(), " :-: |".repeat(Role::ALL.len()));
    let _ = writeln!(page, "| |{names}\n|---|{rule}");
    for verb in Verb::ALL {
        let marks = Role::ALL.map(|role| if verb.roles().contains(&role) { " ● |" } else { " |" }).concat();
        let _ = writeln!(page, "| {} (`{}`) |{marks}", verb.english(), verb.as_str());
    }
    page.push_str("\n## The codes of roles\n\n| code | role | side |\n|---|---|---|\n");
    for role in Role::ALL {
        let _ = writeln!(page, "| `{role}` | {} ({}) | {} |", role.english(), role.dutch(), role.side().english());
    }
    page
}
