//! Version 1 of the API: one file or folder per resource. Every route under `/v1` is declared in one of these lists, and so is in the
//! document.

mod access;
mod audit;
mod calls;
mod canned_replies;
mod catalogue;
mod contracts;
mod destructions;
mod document;
mod inbound;
mod mail_redactions;
mod obligations;
mod outbound;
mod people;
mod privacy;
mod reports;
mod role_assignments;
mod routing_rules;
mod sandbox;
mod saved_views;
mod security_signals;
mod signal_redactions;
mod tickets;

use super::operation::Operation;

pub fn operations() -> Vec<Operation> {
    let operations = [
        tickets::operations(),
        saved_views::operations(),
        canned_replies::operations(),
        routing_rules::operations(),
        calls::operations(),
        inbound::operations(),
        mail_redactions::operations(),
        outbound::operations(),
        obligations::operations(),
        security_signals::operations(),
        signal_redactions::operations(),
        contracts::operations(),
        reports::operations(),
        role_assignments::operations(),
        privacy::operations(),
        destructions::operations(),
        catalogue::operations(),
        access::operations(),
        people::operations(),
        sandbox::operations(),
        audit::operations(),
        document::operations(),
    ];
    operations.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::operation::Location;

    #[test]
    fn every_part_of_a_path_is_taken_by_its_handler_and_no_other() {
        for operation in operations() {
            let parts = operation.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
            let taken = operation.signature.parameters(Location::Path).map(|parameter| parameter.name);
            assert_eq!(taken.collect::<Vec<_>>(), parts.collect::<Vec<_>>(), "{}", operation.path);
        }
    }

    #[test]
    fn only_the_document_and_signing_in_are_for_everyone() {
        let open = operations().into_iter().filter(|operation| !operation.signature.is_authenticated).map(|operation| operation.path);
        assert_eq!(open.collect::<Vec<_>>(), ["/access-tokens", "/openapi.json"]);
    }

    #[test]
    fn what_an_operation_says_of_itself_is_whole() {
        for operation in operations() {
            let says = [operation.id, operation.summary, operation.description];
            assert!(says.iter().all(|text| !text.is_empty()), "{} {}", operation.method, operation.path);
            assert!(operation.signature.validated_by.is_none() || operation.validator().is_ok(), "{}", operation.path);
        }
    }
}
