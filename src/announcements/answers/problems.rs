// SPDX-License-Identifier: EUPL-1.2

//! This room's errors as problems.

use super::{AnswersError, Mistake};
use crate::web::{Problem, ProblemType, Words, problem::INVALID_BODY};

static QUESTION_NOT_FOR_CLASS: ProblemType = ProblemType::new(
    "question-not-for-class",
    409,
    "Nur wichtige und dringende Mitteilungen können eine Antwort verlangen.",
    "Only important and urgent announcements can ask for an answer.",
);
static QUESTION_LACKS_LANGUAGE: ProblemType = ProblemType::new(
    "question-lacks-language",
    409,
    "Die Antworten zur Auswahl haben in einer Sprache der Mitteilung noch keinen Text.",
    "The choices have no text yet in a language of the announcement.",
);
static NOTHING_ASKED: ProblemType = ProblemType::new(
    "nothing-asked",
    409,
    "Diese Mitteilung verlangt keine Antwort.",
    "This announcement asks for no answer.",
);
static ANSWERS_CLOSED: ProblemType = ProblemType::new(
    "answers-closed",
    409,
    "Die Zeit zum Antworten ist vorbei.",
    "The time to answer is over.",
);
static ANSWERS_FORGOTTEN: ProblemType = ProblemType::new(
    "answers-forgotten",
    410,
    "Wer was geantwortet hat, ist gelöscht. Die Zahlen sind geblieben.",
    "Who answered what has been deleted. The figures have stayed.",
);

impl From<AnswersError> for Problem {
    fn from(error: AnswersError) -> Self {
        match error {
            AnswersError::NotOfClass => Self::new(&QUESTION_NOT_FOR_CLASS),
            AnswersError::Languages(missing) => missing.into_iter().fold(
                Self::new(&QUESTION_LACKS_LANGUAGE),
                |problem, language| {
                    let what = Words::fixed(
                        "zuerst brauchen die Antworten der Frage diese Sprache",
                        "the question's choices must have this language first",
                    );
                    problem.at(format!("/texts/{language}"), what)
                },
            ),
            AnswersError::Question(mistakes) => {
                mistakes.into_iter().fold(Self::new(&INVALID_BODY), named)
            }
            AnswersError::NotOffered(mistake) => named(Self::new(&INVALID_BODY), mistake),
            AnswersError::NothingAsked => Self::new(&NOTHING_ASKED),
            AnswersError::Closed => Self::new(&ANSWERS_CLOSED),
            AnswersError::Forgotten => Self::new(&ANSWERS_FORGOTTEN),
        }
    }
}

fn named(problem: Problem, mistake: Mistake) -> Problem {
    problem.at(mistake.pointer, mistake.what)
}
