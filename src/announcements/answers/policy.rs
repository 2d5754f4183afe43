// SPDX-License-Identifier: EUPL-1.2

//! The rules, free of any database.

use super::{
    Answer, AnswersError, Mistake,
    question::{Question, Wanted},
    tally::UnitCount,
};
use crate::{
    announcements::Texts,
    clock::At,
    push::{Class, Language},
    text::Words,
};

/// Whether announcements of a class may ask. News may not: nobody must answer for what they have read.
pub(super) fn may_ask(class: Class) -> bool {
    match class {
        Class::Important | Class::Alert => true,
        Class::News => false,
    }
}

pub(super) fn check_class(class: Class) -> Result<(), AnswersError> {
    may_ask(class).then_some(()).ok_or(AnswersError::NotOfClass)
}

/// What is done about those who do not answer is done one after the other, while answers are still taken.
pub(super) fn mistakes_in_times(question: &Question) -> Vec<Mistake> {
    let otherwise = question.otherwise.map(|otherwise| otherwise.after_minutes);
    let times = [
        ("/remind_after_minutes", question.remind_after_minutes),
        ("/otherwise/after_minutes", otherwise),
        ("/deputy_after_minutes", question.deputy_after_minutes),
    ];
    let mut mistakes = Vec::new();
    let mut before = None;
    for (pointer, after) in times {
        let Some(after) = after else { continue };
        if before.is_some_and(|before| after <= before) {
            let what = Words::fixed(
                "muss später sein als das, was davor geschieht",
                "must be later than what is done before it",
            );
            mistakes.push(Mistake::new(pointer, what));
        }
        let within = question.answer_within_minutes;
        if within.is_some_and(|within| after >= within) {
            let what = Words::fixed(
                "muss vor dem Ende der Antwortzeit sein",
                "must be earlier than answer_within_minutes",
            );
            mistakes.push(Mistake::new(pointer, what));
        }
        before = Some(after);
    }
    mistakes
}

/// Every choice has a text in every language of the announcement.
pub(super) fn check_choices(question: &Question, texts: &Texts) -> Result<(), AnswersError> {
    let mut mistakes = Vec::new();
    for (number, choice) in question.answers.choices().iter().enumerate() {
        for (language, _) in texts.iter() {
            if choice.get(language).is_none() {
                let pointer = format!("/answers/choices/{number}/{language}");
                let what = Words::fixed(
                    "fehlt; die Mitteilung hat diese Sprache",
                    "must be there, as the announcement has this language",
                );
                mistakes.push(Mistake::new(pointer, what));
            }
        }
    }
    if mistakes.is_empty() {
        Ok(())
    } else {
        Err(AnswersError::Question(mistakes))
    }
}

/// The same, where it is the texts that have changed.
pub(super) fn check_languages(question: &Question, texts: &Texts) -> Result<(), AnswersError> {
    let lacks = |language: &Language| {
        let choices = question.answers.choices();
        choices.iter().any(|choice| choice.get(*language).is_none())
    };
    let languages = texts.iter().map(|(language, _)| language);
    let missing: Vec<Language> = languages.filter(lacks).collect();
    if missing.is_empty() {
        Ok(())
    } else {
        Err(AnswersError::Languages(missing))
    }
}

/// Whether answers are taken.
pub(super) fn is_open(closes_at: Option<At>, is_forgotten: bool, now: At) -> bool {
    !is_forgotten && closes_at.is_none_or(|closes_at| now < closes_at)
}

/// Whether this is one of the answers that are wanted.
pub(super) fn check_offered(wanted: &Wanted, answer: Answer) -> Result<(), AnswersError> {
    let offered = match (wanted, answer) {
        (Wanted::Read, Answer::Read)
        | (Wanted::Coming, Answer::Coming | Answer::ComingIn { .. } | Answer::NotComing) => true,
        (Wanted::Choices { choices }, Answer::Choice { choice }) => {
            let number = usize::try_from(choice).unwrap_or(0);
            if !(1..=choices.len()).contains(&number) {
                let what = Words::technical(format!("must be 1 to {}", choices.len()));
                return Err(AnswersError::NotOffered(Mistake::new("/choice", what)));
            }
            true
        }
        _ => false,
    };
    if offered {
        return Ok(());
    }
    let what = match wanted {
        Wanted::Read => "must be read",
        Wanted::Coming => "must be coming, coming_in or not_coming",
        Wanted::Choices { .. } => "must be choice",
    };
    let what = Words::technical(what);
    Err(AnswersError::NotOffered(Mistake::new("/answer", what)))
}

/// Of the org units those whose numbers name nobody: large enough, and so that what is left out is large enough
/// too, or the difference from the whole would tell. By name.
pub(super) fn showable(units: Vec<UnitCount>, smallest: i64) -> Vec<UnitCount> {
    let (mut shown, hidden): (Vec<_>, Vec<_>) = units
        .into_iter()
        .partition(|unit| unit.recipients >= smallest);
    shown.sort_by_key(|unit| std::cmp::Reverse(unit.recipients));
    let mut left_out: i64 = hidden.iter().map(|unit| unit.recipients).sum();
    while (1..smallest).contains(&left_out) {
        match shown.pop() {
            Some(unit) => left_out += unit.recipients,
            None => break,
        }
    }
    shown.sort_by(|one, other| one.unit.name.cmp(&other.unit.name));
    shown
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::{id::OrgUnitId, people::directory::UnitName};

    fn question(json: &str) -> Result<Question, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_question_is_read_as_it_is_written_and_out_of_bounds_it_is_none() {
        let json = r#"{"answers":{"kind":"choices","choices":[{"de":"Ja"},{"de":"Nein"}]},"answer_within_minutes":60,"otherwise":{"by":"sms","after_minutes":30}}"#;
        let read = question(json).unwrap();
        assert_eq!(serde_json::to_string(&read).unwrap(), json);
        for bad in [
            r#"{"answers":{"kind":"choices","choices":[{"de":"Ja"}]}}"#,
            r#"{"answers":{"kind":"read","choices":[]}}"#,
            r#"{"answers":{"kind":"read"},"remind_after_minutes":0}"#,
            r#"{"answers":{"kind":"read"},"remind_after_minutes":10081}"#,
            r#"{"answers":{"kind":"read"},"otherwise":{"by":"sms"}}"#,
            r"{}",
        ] {
            assert!(question(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_done_later_stands_later_and_before_the_end() {
        let pointers = |json: &str| -> Vec<String> {
            let mistakes = mistakes_in_times(&question(json).unwrap());
            mistakes.into_iter().map(|one| one.pointer).collect()
        };
        let good = r#"{"answers":{"kind":"read"},"answer_within_minutes":60,"remind_after_minutes":10,
                       "otherwise":{"by":"mail","after_minutes":20},"deputy_after_minutes":59}"#;
        assert!(pointers(good).is_empty());
        let bad = r#"{"answers":{"kind":"read"},"answer_within_minutes":20,"remind_after_minutes":10,
                      "otherwise":{"by":"mail","after_minutes":10},"deputy_after_minutes":20}"#;
        let wrong = ["/otherwise/after_minutes", "/deputy_after_minutes"];
        assert_eq!(pointers(bad), wrong);
    }

    #[test]
    fn only_what_is_offered_is_an_answer() {
        let choices =
            question(r#"{"answers":{"kind":"choices","choices":[{"de":"Ja"},{"de":"Nein"}]}}"#);
        let choices = choices.unwrap().answers;
        for (wanted, answer, offered) in [
            (&Wanted::Read, Answer::Read, true),
            (&Wanted::Read, Answer::Coming, false),
            (&Wanted::Coming, Answer::ComingIn { minutes: 5 }, true),
            (&Wanted::Coming, Answer::Choice { choice: 1 }, false),
            (&choices, Answer::Choice { choice: 2 }, true),
            (&choices, Answer::Choice { choice: 3 }, false),
            (&choices, Answer::Choice { choice: 0 }, false),
        ] {
            assert_eq!(check_offered(wanted, answer).is_ok(), offered, "{answer:?}");
        }
    }

    #[test]
    fn a_question_closes_at_its_end_and_when_it_is_forgotten() {
        let now: At = "2026-11-21T14:00:00Z".parse().unwrap();
        assert!(is_open(None, false, now));
        assert!(is_open(Some(now + Duration::from_micros(1)), false, now));
        assert!(!is_open(Some(now), false, now));
        assert!(!is_open(None, true, now));
    }

    fn unit(number: u128, recipients: i64) -> UnitCount {
        UnitCount {
            unit: UnitName {
                id: OrgUnitId::from_uuid(uuid::Uuid::from_u128(number)),
                name: number.to_string(),
            },
            recipients,
            answered: 0,
        }
    }

    proptest! {
        /// Neither an office that is shown nor all that are not shown together are fewer than the smallest group,
        /// unless there is nobody.
        #[test]
        fn no_number_is_about_a_few(sizes in prop::collection::vec(1..30_i64, 0..12), smallest in 3..10_i64) {
            let whole: i64 = sizes.iter().sum();
            let units = (1..).zip(&sizes).map(|(number, size)| unit(number, *size));
            let shown = showable(units.collect(), smallest);
            let seen: i64 = shown.iter().map(|unit| unit.recipients).sum();
            prop_assert!(shown.iter().all(|unit| unit.recipients >= smallest));
            let left_out = whole - seen;
            prop_assert!(left_out == 0 || left_out >= smallest || shown.is_empty());
        }
    }
}
