//! Every code a refusal can carry, with its meaning: `openapi/problems.md` is made of it, and `http` gives each its status.
//!
//! Codes are added and never change their meaning.

macro_rules! codes {
    ($(#[$about:meta])* $codes:ident { $($code:ident = $text:literal: $meaning:literal;)+ }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $codes { $($code),+ }

        impl $codes {
            pub const ALL: &'static [Self] = &[$(Self::$code),+];

            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$code => $text),+ }
            }

            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$code => $meaning),+ }
            }
        }
    };
}

codes! {
    /// Codes of a refusal as a whole.
    Code {
        InvalidRequest = "invalid_request": "What was sent cannot be; `errors` names everything that is wrong with it.";
        BadRequest = "bad_request": "The request could not be read at all.";
        IncompleteBody = "incomplete_body": "The body did not come in whole.";
        Unauthorized = "unauthorized": "Nobody knows who is calling: a valid bearer token is needed.";
        OtherSide = "other_side": "Only the other side of the contract may do this.";
        ClientDecides = "client_decides": "Only the client accepts or refuses the solution of an incident.";
        DeskOnly = "desk_only": "Only the desk may do this.";
        RaisedByOthers = "raised_by_others": "The contract says who may raise a case to this level, and the caller is not of that side.";
        NotFound = "not_found": "There is no such thing, or it is another organisation's.";
        MethodNotAllowed = "method_not_allowed": "The resource does not answer this method; `Allow` names those it does.";
        NotAcceptable = "not_acceptable": "The resource has no form that `Accept` takes.";
        BodyTooSlow = "body_too_slow": "The body came in too slowly, and was cut off.";
        AlreadyApproved = "already_approved": "This side has approved it already.";
        AmendmentInForce = "amendment_in_force": "The amendment is in force, and waits for nobody.";
        AmendmentsClash = "amendments_clash": "The amendments recorded for the contract's calendars cannot hold together, or under this text of it.";
        ExternalReferenceExists = "external_reference_exists": "Another ticket has this reference of this system; `conflictsWith` is that ticket.";
        IdempotencyKeyReused = "idempotency_key_reused": "The `Idempotency-Key` was used for another request in the last 24 hours.";
        IncidentNotOpen = "incident_not_open": "The incident that an emergency change names is not open.";
        MoveNotAllowed = "move_not_allowed": "The ticket cannot go there from its phase.";
        NoLadder = "no_ladder": "The contract has no ladder for this type.";
        NotASandbox = "not_a_sandbox": "Only a desk in sandbox time does this.";
        NotGivenUp = "not_given_up": "The message left, or still waits to be sent: only one that was given up is sent again.";
        NotQuarantined = "not_quarantined": "The message is not kept aside or taken for a duplicate, or not any more.";
        PastRewritten = "past_rewritten": "Tickets were reported in the time that the contract version claims.";
        ObligationMet = "obligation_met": "That the obligation was met is recorded already.";
        PriorityDecided = "priority_decided": "The desk has decided the priority; a proposal comes too late.";
        PriorityRequired = "priority_required": "The ticket's clocks need a priority first.";
        RepairNotAgreeable = "repair_not_agreeable": "The contract leaves no moment of repair to be agreed for this ticket.";
        TicketCancelled = "ticket_cancelled": "The ticket is cancelled.";
        TicketNotOpen = "ticket_not_open": "Only an open ticket can do this.";
        TooManyAttachments = "too_many_attachments": "The ticket has as many attachments as it can have.";
        TopOfLadder = "top_of_ladder": "The ticket stands on the highest level.";
        UploadExpired = "upload_expired": "The upload took more than a day, and was given up.";
        VersionExists = "version_exists": "This version of the contract was applied with another text.";
        VersionChanged = "version_changed": "The ticket changed since it was read: `If-Match` names another version.";
        AttachmentTooLarge = "attachment_too_large": "An attachment is larger than is taken.";
        TicketFull = "ticket_full": "The ticket's attachments are together as large as is taken.";
        TooLarge = "too_large": "The body is larger than is taken.";
        UnsupportedContentEncoding = "unsupported_content_encoding": "The body is compressed; it is taken as it is.";
        UnsupportedMediaType = "unsupported_media_type": "The body is not in the media type of this operation.";
        RangeNotSatisfiable = "range_not_satisfiable": "The file has no such bytes.";
        TooManyRequests = "too_many_requests": "Too many requests; `Retry-After` says how many seconds to wait.";
        Internal = "internal": "The desk made a fault; it is in its log under the request's `X-Request-Id`.";
        Busy = "busy": "Too many changes at once; try again after `Retry-After` seconds.";
        Unavailable = "unavailable": "The database or the store of files cannot be reached or is full; try again after `Retry-After` seconds. What was asked may have been done: ask again under the same `Idempotency-Key`.";
    }
}

codes! {
    /// Codes of what is wrong with one field, query key or header.
    FieldCode {
        BadContract = "bad_contract": "Is no contract file; the detail names the key and the reason.";
        BadCursor = "bad_cursor": "Is no cursor of this list.";
        BadDate = "bad_date": "Is no date such as 2026-12-24.";
        BadDuration = "bad_duration": "Is no duration such as PT4H.";
        BadEtag = "bad_etag": "Is no list of ETags.";
        BadFormat = "bad_format": "Has not the form it must have.";
        BadInstant = "bad_instant": "Is no instant with an offset, such as 2026-03-02T08:00:00+01:00.";
        BadInterval = "bad_interval": "Is no stretch of hours such as 08:00-17:00.";
        BadJson = "bad_json": "Is no JSON.";
        BadKey = "bad_key": "Is not 1 to 255 visible ASCII characters.";
        BadMediaType = "bad_media_type": "Is no media type such as image/png.";
        BadMonth = "bad_month": "Is no month such as 2026-03.";
        BadName = "bad_name": "Is no name of a file.";
        BadQuery = "bad_query": "Cannot be read as a query.";
        BeforeContract = "before_contract": "Lies before the contract was in force.";
        BeforeFrom = "before_from": "Does not lie after `from`.";
        BeforePrevious = "before_previous": "Lies before the ticket's previous fact.";
        Blank = "blank": "Has nothing in it that can be seen.";
        DeskOnly = "desk_only": "May be given by the desk only.";
        EmptyBody = "empty_body": "The body is empty.";
        InFuture = "in_future": "Lies after the present.";
        InPast = "in_past": "Lies before the present.";
        Invalid = "invalid": "Cannot be, for a reason its detail gives.";
        NoWords = "no_words": "Has no word to look for.";
        NotAllowed = "not_allowed": "May not be given here, or is none of the values it can have.";
        NotBegun = "not_begun": "Has not begun yet.";
        NotFirstPriority = "not_first_priority": "Is an incident without the contract's first priority by the desk's decision.";
        NotTheSenders = "not_the_senders": "Is not the client whose mail domain the sender has.";
        OneOf = "one_of": "Exactly one of several must be given.";
        OutOfRange = "out_of_range": "Is smaller or larger than it can be.";
        Overlap = "overlap": "Overlaps with another.";
        PhoneContactRequired = "phone_contact_required": "This priority needs a recorded phone contact first.";
        Recurring = "recurring": "The obligation opens by itself, every period.";
        Repeated = "repeated": "Is given twice.";
        Required = "required": "Must be given.";
        SamePerson = "same_person": "Approved for the other side; each side has a person of its own.";
        TierMissing = "tier_missing": "The clocks of this type need the client's tier, and there is none.";
        TooEarly = "too_early": "Lies before there was anything to meet.";
        TooLong = "too_long": "Is longer than it can be.";
        TooShort = "too_short": "Is shorter than it can be.";
        UnknownCalendar = "unknown_calendar": "The contract has no such calendar.";
        UnknownChannel = "unknown_channel": "Is no channel.";
        UnknownContract = "unknown_contract": "There is no such contract in force.";
        UnknownFact = "unknown_fact": "The obligation is not started by such a fact.";
        UnknownField = "unknown_field": "Is not a field here.";
        UnknownIncident = "unknown_incident": "The client has no such incident under this contract.";
        UnknownObligation = "unknown_obligation": "The contract has no such obligation.";
        UnknownOrganisation = "unknown_organisation": "The contract serves no such organisation.";
        UnknownParameter = "unknown_parameter": "Is not a query key here.";
        UnknownPriority = "unknown_priority": "Is no priority of the contract for this type.";
        UnknownRequester = "unknown_requester": "Is nobody of the client: neither known, nor at one of its mail domains.";
        UnknownTeam = "unknown_team": "Is none of the desk's teams.";
        UnknownTier = "unknown_tier": "Is no tier of the contract.";
        UnknownTrigger = "unknown_trigger": "Is no reason for which this level is left.";
        UnknownType = "unknown_type": "Is none of the ticket types.";
        UnknownValue = "unknown_value": "Is none of the values it can have.";
        WrongType = "wrong_type": "Is of another JSON type.";
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_stands_once() {
        let codes: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(codes.len(), Code::ALL.len());
        let fields: Vec<_> = FieldCode::ALL.iter().map(|code| code.as_str()).collect();
        assert!(fields.is_sorted() && fields.iter().collect::<BTreeSet<_>>().len() == fields.len());
    }
}
