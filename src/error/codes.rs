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
        InvalidRequest = "invalid_request": "The request is invalid; `errors` names everything that is wrong with it.";
        BadRequest = "bad_request": "The request could not be read at all.";
        IncompleteBody = "incomplete_body": "The body is incomplete: the connection ended before all of it came in.";
        Unauthorized = "unauthorized": "The caller is unknown: a valid bearer token is needed.";
        SignInRefused = "sign_in_refused": "Name, password and one-time code do not belong together; which of them is wrong is not said.";
        OtherSide = "other_side": "Only the other side of the contract may do this.";
        ClientDecides = "client_decides": "Only the client accepts or refuses the solution of an incident.";
        DeskOnly = "desk_only": "Only the desk may do this.";
        RaisedByOthers = "raised_by_others": "The contract says who may raise a case to this level, and the caller is not of that side.";
        ReservedType = "reserved_type": "The contract reserves tickets of this type to named people, and the one who asks is none of them; the detail names them.";
        ReservedItem = "reserved_item": "The contract reserves what is asked for to named roles, and the one who asks holds none of them; the detail names them.";
        NotAContact = "not_a_contact": "Only the client's contacts turn to the desk under this contract, and the one who asks is none of them.";
        RoleMissing = "role_missing": "The caller has none of the roles that may do this; the detail names them.";
        TokenScope = "token_scope": "The caller's roles allow it, but the token is limited to other things.";
        SecondFactorRequired = "second_factor_required": "A contract in force, or the desk's settings, ask for a second factor, and the token does not say that one was used: sign in again with one.";
        LocalAccountsOff = "local_accounts_off": "The desk's settings switch local accounts off.";
        OwnAccount = "own_account": "Somebody else must do this: it is the account the caller signed in with.";
        NotInPerson = "not_in_person": "Only a person may do this, who signed in themselves or uses a token of their own that was made by the command on the desk's machine.";
        NoCasePortal = "no_case_portal": "The client asked for no case portal, so what was said on its closed tickets is no longer shown to it.";
        OthersHolder = "others_holder": "Both sides agree on who holds this role, so only the holder's own side ends it or replaces them for a while.";
        FileInfected = "file_infected": "The virus scanner found malware in the file or mail. Nobody gets it.";
        FileUnscannable = "file_unscannable": "The virus scanner could not look into the file, so it is shown to the desk alone.";
        CommandOnly = "command_only": "This is done by the command on the desk's machine, and not over the API.";
        NotFound = "not_found": "It does not exist, or it belongs to another organisation.";
        MethodNotAllowed = "method_not_allowed": "The resource does not support this method; `Allow` names those it does.";
        NotAcceptable = "not_acceptable": "The resource has no representation that `Accept` allows.";
        BodyTooSlow = "body_too_slow": "The body came in too slowly, and the request was cut off.";
        TicketDestroyed = "ticket_destroyed": "The ticket was destroyed when it had been kept for long enough; nothing is changed on it or added to it any more.";
        RedactionWaiting = "redaction_waiting": "It was asked for already, and waits for a second person; the detail says which redaction that is.";
        DestructionWaiting = "destruction_waiting": "What is due stands in a proposal that waits for a second person; the detail says which.";
        Settled = "settled": "It was approved, withdrawn or refused already; the detail says which.";
        AccountClosed = "account_closed": "The local account is closed for good.";
        AccountExists = "account_exists": "Another local account has this name, or one that differs only in capitals or accents.";
        AlreadyApproved = "already_approved": "This side has approved it already.";
        AlreadyReplaced = "already_replaced": "Somebody else has taken the place of the holder whom this replaces.";
        AlreadyAContact = "already_a_contact": "This person is on the list of contacts already.";
        ApprovalComplete = "approval_complete": "It needs no approval, or has every approval it needs.";
        AmendmentInForce = "amendment_in_force": "The amendment is in force already, and needs no approval.";
        AmendmentsClash = "amendments_clash": "The amendments of the contract's calendars contradict each other, or do not fit this text of the contract.";
        ContactListFull = "contact_list_full": "As many people may contact the desk as the contract allows.";
        ExternalReferenceExists = "external_reference_exists": "Another ticket has this reference of this system; `conflictsWith` is that ticket.";
        FlagNotSet = "flag_not_set": "The ticket does not have this flag.";
        FlagSet = "flag_set": "The ticket has this flag already.";
        IdempotencyKeyReused = "idempotency_key_reused": "The `Idempotency-Key` was used for another request in the last 24 hours.";
        IncidentOfAnother = "incident_of_another": "The incident is of another contract or client than the signal.";
        IncidentNotOpen = "incident_not_open": "The incident that an emergency change names is not open.";
        MayNotFollow = "may_not_follow": "Few may see the ticket, and the desk does not know of this person that they may.";
        MoveNotAllowed = "move_not_allowed": "The ticket cannot move there from its current phase.";
        NoContactList = "no_contact_list": "The contract sets no bound to who may contact the desk, so it has no list of contacts.";
        NoDraft = "no_draft": "The caller has no draft on this ticket, or has it no more.";
        NoLadder = "no_ladder": "The contract has no escalation ladder for this type.";
        HoldLifted = "hold_lifted": "The legal hold was lifted already.";
        LegalHold = "legal_hold": "A legal hold stands on it; the detail says since when and why, as far as one may see it.";
        ReferenceNotFound = "reference_not_found": "The ticket has no such external reference.";
        TooManyReferences = "too_many_references": "The ticket has as many external references as it can have.";
        TooManyRules = "too_many_rules": "The desk has as many routing rules as it can have.";
        NotTried = "not_tried": "The routing rule was not tried on past tickets as it now is.";
        NothingDue = "nothing_due": "Nothing of that class has been kept for as long as the contract says, or it is in another proposal.";
        PersonErased = "person_erased": "The person was erased, and nothing is recorded of them any more.";
        NotASandbox = "not_a_sandbox": "Only a desk in sandbox time can do this.";
        NotGivenUp = "not_given_up": "The message was sent, or still waits to be sent: only one that was given up or withheld can be sent again, and no withheld one whose ticket few may see since.";
        NotRevocable = "not_revocable": "The token is none of the desk's own: it ends where it comes from, at the identity provider or in the settings.";
        NotQuarantined = "not_quarantined": "The message is not kept aside: it is neither quarantined nor automatic nor marked as a duplicate, or no longer so.";
        OwnRole = "own_role": "This is a role of the caller's own; somebody else decides about it.";
        PastRewritten = "past_rewritten": "Tickets were already reported in the period that the contract version would cover.";
        ObligationMet = "obligation_met": "It is already recorded that the obligation was met.";
        AttentionNotNeeded = "attention_not_needed": "The ticket needs no attention.";
        ChangeNotWanted = "change_not_wanted": "A change for a problem is made when the client has decided that it is needed.";
        DecisionRequired = "decision_required": "The phase is not entered before those who are asked have decided; the detail says what.";
        ItemRequired = "item_required": "The phase is not entered before the ticket says which item of the contract's catalogue it asks for, in `kind`.";
        LineUnchanged = "line_unchanged": "The ticket is with that line already.";
        LinkExists = "link_exists": "The tickets are linked like that already.";
        LinkNotAllowed = "link_not_allowed": "Tickets of these types, or these two, are not linked like that; the detail says why.";
        LinkNotFound = "link_not_found": "The tickets are not linked like that.";
        LinkRequired = "link_required": "The phase is not entered before the ticket is linked to another one; the detail says how.";
        MajorUnchanged = "major_unchanged": "The incident is a major one, or is none, already.";
        MergeNotAllowed = "merge_not_allowed": "These two tickets are not merged; the detail says why.";
        MergeTooOld = "merge_too_old": "A merge is undone within 24 hours, and these have passed.";
        NotMerged = "not_merged": "The ticket was not merged into another one, or no longer is.";
        NotASecurityIncident = "not_a_security_incident": "Only of an incident that is flagged `security`: flag it first.";
        NotAnIncident = "not_an_incident": "Only an incident can be a major incident, or have response teams.";
        OfferExpired = "offer_expired": "The offer is no longer valid; a new one has to be submitted.";
        QuestionNotOpen = "question_not_open": "The ticket does not ask this now; the detail says when it does.";
        ScopeUnchanged = "scope_unchanged": "The ticket is in scope, or out of it, already.";
        ServiceRequired = "service_required": "The phase is not entered before the ticket says which product or service is affected.";
        SignalLinked = "signal_linked": "The signal became this incident before.";
        TeamCalled = "team_called": "The response team is called in on the ticket already.";
        TeamNotCalled = "team_not_called": "The response team is not called in on the ticket.";
        TestFailed = "test_failed": "What did not pass its test is not accepted.";
        PartRequired = "part_required": "The ticket lacks a part that the phase requires; the detail names it.";
        PartNotOfType = "part_not_of_type": "Tickets of this type have no such part.";
        PersonExists = "person_exists": "The organisation has somebody with this address already.";
        PriorityDecided = "priority_decided": "The desk has decided the priority; a proposal comes too late.";
        PriorityRequired = "priority_required": "The ticket's clocks need a priority first.";
        Redacted = "redacted": "It was removed for good; the ticket's redactions say when and why.";
        RepairNotAgreeable = "repair_not_agreeable": "The contract does not allow a repair time to be agreed for this ticket.";
        RoleEnded = "role_ended": "The role is no longer held.";
        RoleHeld = "role_held": "They hold this role already at that time, or wait for its approval.";
        SamePerson = "same_person": "This person has approved already; each approval is given by a person of its own.";
        TicketCancelled = "ticket_cancelled": "The ticket is cancelled.";
        TicketMerged = "ticket_merged": "The ticket was merged into another one and takes nothing any more; the detail names that one to whoever sees it.";
        TicketNotOpen = "ticket_not_open": "This can be done to an open ticket only.";
        TooManyAdministrators = "too_many_administrators": "The client has the maximum number of global administrators at that time.";
        TooManyAttachments = "too_many_attachments": "The ticket has the maximum number of attachments.";
        TooManyFollowers = "too_many_followers": "The ticket has the maximum number of followers.";
        TooManyTags = "too_many_tags": "The ticket would have more tags than a ticket may have.";
        TopOfLadder = "top_of_ladder": "The ticket is on the highest level already.";
        FileUnscanned = "file_unscanned": "The file or mail was not scanned for malware yet; try again after `Retry-After` seconds.";
        UploadExpired = "upload_expired": "The upload took more than a day, and was given up.";
        VersionExists = "version_exists": "This version of the contract was applied with another text.";
        VersionChanged = "version_changed": "It changed since it was read: `If-Match` names another version.";
        WorkCorrected = "work_corrected": "The record of work was taken back before, or takes another one back itself.";
        AttachmentTooLarge = "attachment_too_large": "An attachment is larger than the limit.";
        OrganisationFull = "organisation_full": "The organisation's attachments and mails together have reached the size limit.";
        TicketFull = "ticket_full": "The ticket's attachments together have reached the size limit.";
        TooLarge = "too_large": "The body is larger than the limit.";
        UnsupportedContentEncoding = "unsupported_content_encoding": "The body is compressed; only uncompressed bodies are accepted.";
        UnsupportedMediaType = "unsupported_media_type": "The body is not in the media type of this operation.";
        RangeNotSatisfiable = "range_not_satisfiable": "The file has no such bytes.";
        TooManyRequests = "too_many_requests": "Too many requests; `Retry-After` says how many seconds to wait.";
        FileDamaged = "file_damaged": "The file in the store is not as it was stored: altered, cut off, replaced or gone. Nothing of it is sent.";
        Internal = "internal": "The desk failed; the cause is in its log under the request's `X-Request-Id`.";
        AccessChanged = "access_changed": "What the caller may has changed since their last request, or since this one came in. Nothing was done: send it again after `Retry-After` seconds.";
        Busy = "busy": "Too many changes at once; try again after `Retry-After` seconds.";
        Unavailable = "unavailable": "The database, the file store or an identity provider cannot be reached, or is full; try again after `Retry-After` seconds. The request may have been carried out: repeat it with the same `Idempotency-Key`.";
    }
}

codes! {
    /// Codes of what is wrong with one field, query key or header.
    FieldCode {
        Ambiguous = "ambiguous": "Fits several; the detail says which.";
        BadContract = "bad_contract": "Is not a valid contract file; the detail names the key and the reason.";
        BadCursor = "bad_cursor": "Is not a cursor of this list.";
        BadDate = "bad_date": "Is not a date such as 2026-12-24.";
        BadDuration = "bad_duration": "Is not a duration such as PT4H.";
        BadEtag = "bad_etag": "Is not a list of ETags.";
        BadFormat = "bad_format": "Does not have the required format.";
        BadInstant = "bad_instant": "Is not an instant with an offset, such as 2026-03-02T08:00:00+01:00.";
        BadInterval = "bad_interval": "Is not an interval such as 08:00-17:00.";
        BadJson = "bad_json": "Is not JSON.";
        BadKey = "bad_key": "Is not 1 to 255 visible ASCII characters.";
        BadMediaType = "bad_media_type": "Is not a media type such as image/png.";
        BadMonth = "bad_month": "Is not a month such as 2026-03.";
        BadName = "bad_name": "Is not a usable file name.";
        BadQuery = "bad_query": "Cannot be read as a query.";
        BeforeContract = "before_contract": "Is before the contract was in force.";
        BeforeFrom = "before_from": "Is not after `from`.";
        BeforePrevious = "before_previous": "Is before the ticket's previous fact.";
        Blank = "blank": "Contains nothing visible.";
        Breached = "breached": "Is a password that is known from a breach.";
        ContainsName = "contains_name": "Contains the name of the account.";
        DeskOnly = "desk_only": "May be given by the desk only.";
        EasilyGuessed = "easily_guessed": "Is a password that is easily guessed.";
        EmptyBody = "empty_body": "The body is empty.";
        InFuture = "in_future": "Is in the future.";
        InPast = "in_past": "Is in the past.";
        Invalid = "invalid": "Is invalid, for the reason that the detail gives.";
        LinkNotAllowed = "link_not_allowed": "Tickets of these types are not linked like that under the contract.";
        NoWords = "no_words": "Contains no word to search for.";
        NotAllowed = "not_allowed": "May not be given here, or is not one of the allowed values.";
        NotBegun = "not_begun": "Has not begun yet.";
        NotFirstPriority = "not_first_priority": "Is an incident to which the desk has not given the contract's highest priority.";
        NotTheSenders = "not_the_senders": "Is not the client to which the sender's mail domain belongs.";
        OneOf = "one_of": "Exactly one of several must be given.";
        OutOfRange = "out_of_range": "Is too small or too large.";
        Overlap = "overlap": "Overlaps with another one.";
        PersonalName = "personal_name": "Must be a person's own name, not that of a group, nor an address.";
        PhoneContactRequired = "phone_contact_required": "This priority needs a recorded phone contact first.";
        Recurring = "recurring": "The obligation opens by itself, every period.";
        Repeated = "repeated": "Is given twice.";
        Required = "required": "Must be given.";
        SamePerson = "same_person": "This person approved for the other side; each side needs a person of its own.";
        TierMissing = "tier_missing": "The clocks of this type need the client's tier, and there is none.";
        TooEarly = "too_early": "Is before there was anything to meet.";
        TooLong = "too_long": "Is too long.";
        TooShort = "too_short": "Is too short.";
        UnknownCalendar = "unknown_calendar": "The contract has no such calendar.";
        UnknownChannel = "unknown_channel": "Is not a channel.";
        UnknownContract = "unknown_contract": "There is no such contract in force.";
        UnknownFact = "unknown_fact": "The obligation is not started by this fact.";
        UnknownField = "unknown_field": "Is not a field here.";
        UnknownIncident = "unknown_incident": "The client has no such incident under this contract.";
        UnknownMessage = "unknown_message": "Is not a message on the ticket.";
        UnknownObligation = "unknown_obligation": "The contract has no such obligation.";
        UnknownOrganisation = "unknown_organisation": "The contract serves no such organisation.";
        UnknownParameter = "unknown_parameter": "Is not a query key here.";
        UnknownPerson = "unknown_person": "Is not a person or account that can be meant here.";
        UnknownPlaceholder = "unknown_placeholder": "Holds a placeholder that there is not, or braces that are not closed; the detail says which.";
        UnknownPriority = "unknown_priority": "Is not a priority of the contract for this type.";
        UnknownRequester = "unknown_requester": "Is not one of the client's people: neither known, nor at one of its mail domains.";
        UnknownTeam = "unknown_team": "Is not one of the desk's teams.";
        UnknownTicket = "unknown_ticket": "Is no ticket that the caller can see.";
        UnknownTier = "unknown_tier": "Is not a tier of the contract.";
        UnknownTrigger = "unknown_trigger": "Is not a reason for leaving this level.";
        UnknownType = "unknown_type": "Is not a ticket type.";
        UnknownValue = "unknown_value": "Is not one of the allowed values.";
        WrongType = "wrong_type": "Has the wrong JSON type.";
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
