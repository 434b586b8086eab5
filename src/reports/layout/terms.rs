//! What agreements ask for, in Dutch: `90 % < 4 u`, `uiterlijk 3e werkdag`, `de 15e van de maand erna`.

use crate::domain::calendar::{Term, Unit};
use crate::domain::clock::{AGREED, Comparison, Share};
use crate::domain::contract::{Contract, TicketType};
use crate::domain::obligation::Cycle;

const WEEK: [&str; 7] = ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"];

/// What a goal asks: `90 % < 4 u`. Strict is `<`, inclusive `binnen` (C3).
pub(super) fn norm(share: Share, comparison: Comparison, target: &str) -> String {
    let share = share.to_string().replace('.', ",");
    format!("{share} % {}", bound(comparison, target))
}

/// A bound without its share: `< 4 u`, `binnen 4 u`, `uiterlijk 3e werkdag`.
pub(super) fn bound(comparison: Comparison, target: &str) -> String {
    match comparison {
        Comparison::Within if target == AGREED => "het afgesproken moment".to_owned(),
        Comparison::Under => format!("< {}", term(target)),
        Comparison::Within => format!("{} {}", comparison.dutch(), term(target)),
        Comparison::By => format!("uiterlijk {}e werkdag", target.trim_end_matches(|unit: char| unit.is_alphabetic())),
    }
}

/// By when, counted from the end of a period or from a fact: `binnen 7 werkdagen`, `de 15e van de maand erna`.
pub(super) fn due(term: Term, period: Option<Cycle>) -> String {
    let counted = |number: u32, unit: Unit| {
        let (one, many) = match unit {
            Unit::WorkingDays => ("werkdag", "werkdagen"),
            Unit::Days => ("dag", "dagen"),
            Unit::Weeks => ("week", "weken"),
            Unit::Months => ("maand", "maanden"),
            Unit::Years => ("jaar", "jaar"),
        };
        format!("{number} {}", if number == 1 { one } else { many })
    };
    match (term, period) {
        (Term::After(0, _), Some(_)) => "voor het einde ervan".to_owned(),
        (Term::After(0, _), None) => "dezelfde dag".to_owned(),
        (Term::After(number, unit), Some(_)) => format!("binnen {} na het einde ervan", counted(number, unit)),
        (Term::After(number, unit), None) => format!("binnen {}", counted(number, unit)),
        (Term::Before(number @ 0..=6, Unit::Days), Some(Cycle::Week)) => format!("uiterlijk op {}", WEEK[6 - number as usize]),
        (Term::Before(1, Unit::Years), Some(Cycle::Year)) => "voor het begin ervan".to_owned(),
        (Term::Before(number, unit), Some(_)) => format!("{} voor de laatste dag ervan", counted(number, unit)),
        (Term::Before(number, unit), None) => format!("ten minste {} ervoor", counted(number, unit)),
        (Term::DayOfNextMonth(31), _) => "het einde van de maand erna".to_owned(),
        (Term::DayOfNextMonth(day), _) => format!("de {day}e van de maand erna"),
        (Term::LastWorkingDay, _) => "de laatste werkdag van de maand".to_owned(),
    }
}

/// A duration of a contract file: `4 u`, `2 werkdagen`.
pub(super) fn term(target: &str) -> String {
    let digits = target.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = target.split_at(digits);
    let unit = match (unit, number) {
        ("h", _) => "u",
        ("m", _) => "min",
        ("wd", "1") => "werkdag",
        ("wd", _) => "werkdagen",
        ("mo", "1") => "maand",
        ("mo", _) => "maanden",
        (unit, _) => unit,
    };
    format!("{number} {unit}")
}

/// `incident, gebruikersvraag`.
pub(super) fn types(contract: &Contract, kinds: &[TicketType]) -> String {
    kinds.iter().map(|kind| contract.dutch(*kind)).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_says_from_what_it_is_counted() {
        let told = |text: &str, period| due(text.parse().expect("a term"), period);
        let of_a_fact = ["7wd", "1mo", "1y", "3wd before", "0d"].map(|text| told(text, None));
        assert_eq!(of_a_fact, ["binnen 7 werkdagen", "binnen 1 maand", "binnen 1 jaar", "ten minste 3 werkdagen ervoor", "dezelfde dag"]);
        let of_a_period = ["0d", "1mo", "day 15", "day 31", "last wd", "5d before"].map(|text| told(text, Some(Cycle::Month)));
        let expected = [
            "voor het einde ervan",
            "binnen 1 maand na het einde ervan",
            "de 15e van de maand erna",
            "het einde van de maand erna",
            "de laatste werkdag van de maand",
            "5 dagen voor de laatste dag ervan",
        ];
        assert_eq!(of_a_period, expected);
        assert_eq!(told("5d before", Some(Cycle::Week)), "uiterlijk op dinsdag");
        assert_eq!(told("1y before", Some(Cycle::Year)), "voor het begin ervan");
    }

    #[test]
    fn a_norm_says_whether_the_bound_itself_is_in_time() {
        let text = |share, comparison, target| norm(Share::percent(share).unwrap_or(Share::ALL), comparison, target);
        assert_eq!(text("99.9", Comparison::Under, "6h"), "99,9 % < 6 u");
        assert_eq!(text("100", Comparison::Within, "30m"), "100 % binnen 30 min");
        assert_eq!(text("90", Comparison::By, "3wd"), "90 % uiterlijk 3e werkdag");
        assert_eq!((bound(Comparison::Under, "1wd"), bound(Comparison::Within, "3mo")), ("< 1 werkdag".into(), "binnen 3 maanden".into()));
        assert_eq!(bound(Comparison::Within, "10s"), "binnen 10 s");
    }
}
