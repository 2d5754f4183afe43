// SPDX-License-Identifier: EUPL-1.2

//! What is wrong with texts, as problems.

use crate::{
    announcements::{Misplaced, Part, Placeholder, TooLong},
    push::Language,
    text::TextError,
    web::{Problem, ProblemType, Words},
};

static TEXT_TOO_LONG: ProblemType = ProblemType::new(
    "text-too-long",
    422,
    "Ein Text ist zu lang.",
    "A text is too long.",
);
static PLACEHOLDER_UNKNOWN: ProblemType = ProblemType::new(
    "placeholder-unknown",
    422,
    "Ein Platzhalter ist nicht bekannt.",
    "A placeholder is not known.",
);
static PLACEHOLDER_WITHOUT_VALUE: ProblemType = ProblemType::new(
    "placeholder-without-value",
    422,
    "Ein Platzhalter nennt den Ablauf, aber diese Mitteilung hat keinen.",
    "A placeholder tells the end, but this announcement has none.",
);

pub(super) fn too_long(texts: &[TooLong]) -> Problem {
    let all = |say: fn(&TooLong) -> String| texts.iter().map(say).collect::<Vec<_>>().join(" ");
    let problem = Problem::new(&TEXT_TOO_LONG).detail(all(in_german), all(in_english));
    texts.iter().fold(problem, |problem, text| {
        let (by, most) = (text.by, text.most);
        let what = TextError::TooLong { by, max: most };
        problem.at(text.part.pointer(text.language), what.words())
    })
}

fn in_german(text: &TooLong) -> String {
    let language = match text.language {
        Language::German => "Deutsch",
        Language::English => "Englisch",
    };
    let part = match text.part {
        Part::Title => "der Titel",
        Part::PushText => "der Text fürs Telefon",
        Part::Body => "der Text",
    };
    let (by, most) = (text.by, text.most);
    format!("{language}: {part} ist um {by} Zeichen zu lang (höchstens {most}).")
}

fn in_english(text: &TooLong) -> String {
    let language = match text.language {
        Language::German => "German",
        Language::English => "English",
    };
    let part = match text.part {
        Part::Title => "the title",
        Part::PushText => "the text for the phone",
        Part::Body => "the text",
    };
    let (by, most) = (text.by, text.most);
    format!("{language}: {part} is {by} characters too long (at most {most}).")
}

pub(super) fn unknown(placeholders: &[Misplaced]) -> Problem {
    let known = Placeholder::ALL.map(|known| format!("{{{}}}", known.name()));
    let known = known.join(", ");
    let problem = Problem::new(&PLACEHOLDER_UNKNOWN).detail(
        format!("Bekannt sind {known}. Eine geschweifte Klammer schreiben Sie doppelt."),
        format!("Known are {known}. A brace is written twice."),
    );
    placeholders.iter().fold(problem, |problem, misplaced| {
        let name = &misplaced.name;
        let what = Words::new(
            format!("{{{name}}} ist kein Platzhalter"),
            format!("{{{name}}} is no placeholder"),
        );
        problem.at(&misplaced.pointer, what)
    })
}

pub(super) fn without_value(placeholders: &[Misplaced]) -> Problem {
    let problem = Problem::new(&PLACEHOLDER_WITHOUT_VALUE);
    placeholders.iter().fold(problem, |problem, misplaced| {
        let name = &misplaced.name;
        let what = Words::new(
            format!("{{{name}}} hat ohne Ablauf keinen Wert"),
            format!("{{{name}}} has no value without expires_at"),
        );
        problem.at(&misplaced.pointer, what)
    })
}
