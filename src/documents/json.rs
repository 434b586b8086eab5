//! A document as JSON, for whoever lays it out: titles, kinds of columns, and every cell with its exact value.

use super::Document;

pub fn render(document: &Document) -> serde_json::Result<String> {
    serde_json::to_string_pretty(document)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn cells_keep_their_exact_values_and_columns_say_how_they_are_read() {
        let text = render(&super::super::sample()).expect("JSON");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        assert_eq!((&document["title"], &document["timeZone"]), (&json!("Proef"), &json!("Europe/Amsterdam")));
        assert_eq!(document["sections"][0], json!({ "title": null, "blocks": [{ "type": "paragraph", "text": "Vooraf." }] }));
        let table = &document["sections"][1]["blocks"][1];
        assert_eq!(table["columns"][3], json!({ "title": "Duur", "kind": "duration", "align": "right" }));
        assert_eq!(table["rows"][0], json!({ "type": "group", "title": "incident" }));
        let cells = json!([
            { "type": "word", "code": "within", "text": "binnen" },
            { "type": "blank" },
            { "type": "count", "count": 3 },
            { "type": "duration", "seconds": 14759 },
            { "type": "percentage", "part": 8, "whole": 9 },
            { "type": "partOf", "part": 8, "whole": 9 },
            { "type": "moment", "at": "2026-03-01T11:00:00Z" },
            { "type": "date", "date": "2026-03-01" },
            { "type": "ticket", "number": "INC-1\u{1b}" },
        ]);
        assert_eq!((&table["type"], &table["rows"][1]), (&json!("table"), &json!({ "type": "cells", "cells": cells })));
        assert_eq!(table["rows"][2]["type"], "total");
    }

    #[test]
    fn a_mean_is_its_sum_and_number_unless_it_is_whole() {
        use super::super::Cell;
        let shown = [(3_960_180, 8), (60, 2), (7, 2), (0, 0)].map(|(total, of)| serde_json::to_value(Cell::mean(total, of)).expect("JSON"));
        let exact = |total: i64, of: u64| json!({ "type": "meanDuration", "totalSeconds": total, "of": of });
        assert_eq!(shown, [exact(3_960_180, 8), json!({ "type": "duration", "seconds": 30 }), exact(7, 2), json!({ "type": "missing" })]);
    }
}
