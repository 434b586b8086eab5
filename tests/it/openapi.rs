//! The API document is made from the code, and kept beside it.

use serde_json::Value;

#[test]
fn the_kept_document_is_the_one_the_code_makes() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/uurwerk.json")).expect("a document");
    assert_eq!(kept, uurwerk::http::document(), "run: cargo run -q -- openapi > openapi/uurwerk.json");
}

#[test]
fn the_kept_page_of_problem_codes_is_the_one_the_code_makes() {
    let kept = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/openapi/problems.md")).expect("a page");
    assert_eq!(kept, uurwerk::http::problem_codes(), "run: cargo run -q -- problems > openapi/problems.md");
}

#[test]
fn the_document_is_openapi_3_0_3_without_a_word_of_3_1() {
    let text = uurwerk::http::document();
    let document: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["openapi"], "3.0.3");
    for word in ["\"null\"", "\"examples\"", "\"const\"", "\"$defs\""] {
        assert!(!text.contains(word), "{word} is not of 3.0.3");
    }
}
