//! Removes references to clauses, such as `(DAP 3.5)`, from the document: they help readers of the code, who have the agreements, and
//! mean nothing to readers of the document.

use serde_json::Value;

/// From every description and summary.
pub fn remove(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(remove),
        Value::Object(fields) => {
            for (name, field) in fields {
                match field {
                    Value::String(text) if name == "description" || name == "summary" => *text = without_clauses(text),
                    _ => remove(field),
                }
            }
        }
        _ => {}
    }
}

fn without_clauses(text: &str) -> String {
    let mut parts = text.split(" (");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match part.split_once(')') {
            Some((inside, after)) if is_clause(inside) => plain.push_str(after),
            _ => plain.extend([" (", part]),
        }
    }
    plain
}

/// A clause is like `CLK-10` or `DAP 3.5`. A standard such as RFC 9457 looks the same, but stays.
fn is_clause(text: &str) -> bool {
    let is_sign = |sign: char| sign.is_ascii_uppercase() || sign.is_ascii_digit() || matches!(sign, ' ' | '-' | '.' | ',');
    text.starts_with(|sign: char| sign.is_ascii_uppercase())
        && text.contains(|sign: char| sign.is_ascii_digit())
        && text.chars().all(is_sign)
        && !text.starts_with("RFC")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_left_out_and_everything_else_stays() {
        for (text, plain) in [
            ("The report (DAP 3.5).", "The report."),
            ("Of a type (RPT-01), always six (RPT-02).", "Of a type, always six."),
            ("The mail as it came (RFC 5322)", "The mail as it came (RFC 5322)"),
            ("`running` (outside the window too)", "`running` (outside the window too)"),
            ("Open (", "Open ("),
        ] {
            assert_eq!(without_clauses(text), plain);
        }
    }
}
