// SPDX-License-Identifier: EUPL-1.2

//! Every route that the API's document knows is tried as a stranger, as an employee outside the audience, as
//! an employee, an editor, a moderator and an administrator. A route without a rule fails the test.

use super::{
    document::{Document, Operation},
    subjects::{Cast, Subjects},
};
use crate::world::{Answer, Stage, both};

both!(
    every_route_admits_whom_its_rule_admits,
    what_is_scheduled_is_answered_like_what_does_not_exist,
    what_does_not_exist_is_answered_alike_however_it_is_named,
);

/// What a caller gets to hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    /// It is done: a status of 200 to 299.
    Done,
    /// 401.
    SignIn,
    /// 403.
    Forbidden,
    /// 404, as if the thing did not exist.
    Hidden,
    /// 422, as if the thing that the body names did not exist.
    Unknown,
}

/// What each of the cast gets to hear: stranger, outsider, employee, editor, moderator, admin.
type Rule = [Outcome; 6];

use Outcome::{Done, Forbidden, Hidden, SignIn, Unknown};

const ANYBODY: Rule = [Done, Done, Done, Done, Done, Done];
const EMPLOYEES: Rule = [SignIn, Done, Done, Done, Done, Done];
const EDITORS: Rule = [SignIn, Forbidden, Forbidden, Done, Forbidden, Forbidden];
/// Editors and administrators.
const PLANNERS: Rule = [SignIn, Forbidden, Forbidden, Done, Forbidden, Done];
const MODERATORS: Rule = [SignIn, Forbidden, Forbidden, Forbidden, Done, Forbidden];
const ADMINS: Rule = [SignIn, Forbidden, Forbidden, Forbidden, Forbidden, Done];
/// Whoever is in the audience.
const READERS: Rule = [SignIn, Hidden, Done, Done, Done, Done];
/// Whoever is in the audience of the channel that the body names.
const WRITERS: Rule = [SignIn, Unknown, Done, Done, Done, Done];
/// Its author (who is not of the cast), and moderators; readers see it and may not.
const AUTHOR_OR_MODERATORS: Rule = [SignIn, Hidden, Forbidden, Forbidden, Done, Forbidden];
/// Its owner (who is not of the cast); readers see it and may not.
const OWNER: Rule = [SignIn, Hidden, Forbidden, Forbidden, Forbidden, Forbidden];
/// One's own alone: another's does not exist.
const OWN: Rule = [SignIn, Hidden, Hidden, Hidden, Hidden, Hidden];

#[rustfmt::skip]
const RULES: [(&str, Rule); 93] = [
    ("create_session", ANYBODY),
    ("get_me", EMPLOYEES),
    ("update_me", EMPLOYEES),
    ("get_duty", EMPLOYEES),
    ("put_duty", EMPLOYEES),
    ("get_quiet_hours", EMPLOYEES),
    ("put_quiet_hours", EMPLOYEES),
    ("get_notification_settings", EMPLOYEES),
    ("put_notification_settings", EMPLOYEES),
    ("delete_duty", EMPLOYEES),
    ("put_duty_roster", PLANNERS),
    ("list_sessions", EMPLOYEES),
    ("delete_session", OWN),
    ("delete_current_session", EMPLOYEES),
    ("put_current_device", EMPLOYEES),
    ("list_devices", EMPLOYEES),
    ("delete_device", OWN),
    ("create_receipt", OWN),
    ("get_push_keys", EMPLOYEES),
    ("list_people", EMPLOYEES),
    ("get_person", EMPLOYEES),
    ("list_org_units", EMPLOYEES),
    ("set_deputy", ADMINS),
    ("delete_deputy", ADMINS),
    ("create_join_code", ADMINS),
    ("create_import", ADMINS),
    ("list_roles", ADMINS),
    ("grant_role", ADMINS),
    ("revoke_role", ADMINS),
    ("list_channels", EMPLOYEES),
    ("get_channel", READERS),
    ("create_channel", ADMINS),
    ("update_channel", ADMINS),
    ("list_feed", EMPLOYEES),
    ("create_post", WRITERS),
    ("get_post", READERS),
    ("update_post", AUTHOR_OR_MODERATORS),
    ("delete_post", AUTHOR_OR_MODERATORS),
    ("put_pin", EDITORS),
    ("delete_pin", EDITORS),
    ("put_reaction", READERS),
    ("delete_reaction", READERS),
    ("list_comments", READERS),
    ("create_comment", READERS),
    ("update_comment", AUTHOR_OR_MODERATORS),
    ("delete_comment", AUTHOR_OR_MODERATORS),
    ("list_moderations", MODERATORS),
    ("create_photo", EMPLOYEES),
    ("get_photo", READERS),
    ("get_photo_file", READERS),
    ("update_photo", OWNER),
    ("delete_photo", OWNER),
    ("create_file", EDITORS),
    ("get_file", READERS),
    ("delete_file", OWNER),
    ("list_groups", EDITORS),
    ("create_group", EDITORS),
    ("get_group", EDITORS),
    ("update_group", EDITORS),
    ("delete_group", EDITORS),
    ("create_audience_count", EDITORS),
    ("get_audience_choices", EDITORS),
    ("list_announcements", EMPLOYEES),
    ("get_announcement", READERS),
    ("put_announcement_answer", READERS),
    ("list_announcement_answers", OWN),
    ("list_editorial_announcements", EDITORS),
    ("create_announcement", EDITORS),
    ("get_editorial_announcement", EDITORS),
    ("update_announcement", EDITORS),
    ("delete_announcement", EDITORS),
    ("get_announcement_audience", EDITORS),
    ("set_announcement_review", EDITORS),
    ("delete_announcement_review", EDITORS),
    ("set_announcement_approval", EDITORS),
    ("set_announcement_schedule", EDITORS),
    ("delete_announcement_schedule", EDITORS),
    ("set_announcement_release", EDITORS),
    ("set_announcement_correction", EDITORS),
    ("delete_announcement_correction", EDITORS),
    ("set_announcement_correction_approval", EDITORS),
    ("list_announcement_versions", EDITORS),
    ("get_announcement_report", EDITORS),
    ("get_announcement_report_csv", EDITORS),
    ("get_announcement_report_svg", EDITORS),
    ("set_announcement_press", EDITORS),
    ("delete_announcement_press", EDITORS),
    ("set_announcement_question", EDITORS),
    ("delete_announcement_question", EDITORS),
    ("get_announcement_tally", EDITORS),
    ("list_changes", EMPLOYEES),
    ("get_live", EMPLOYEES),
    ("list_audit_entries", ADMINS),
];

/// In this order, after all others: what they delete, others need.
const LAST: [&str; 3] = ["delete_comment", "delete_post", "delete_current_session"];

async fn every_route_admits_whom_its_rule_admits(stage: &Stage) {
    let world = stage.world().await;
    let document = Document::of(&world).await;
    let cast = Cast::of(&world).await;
    let mut wrong = rules_without_a_route(&document);
    let subjects = Subjects::of(&world).await;
    let mut operations = document.operations();
    operations.sort_by_key(|operation| LAST.iter().position(|last| *last == operation.id));
    for operation in operations {
        let Some(rule) = rule_of(&operation) else {
            wrong.push(format!("{} has no rule", operation.id));
            continue;
        };
        let mut tries: Vec<_> = cast.in_order().into_iter().zip(rule).collect();
        // Whoever may do it last: it may be a deletion.
        tries.sort_by_key(|(_, expected)| *expected == Done);
        for ((name, caller), expected) in tries {
            let answer = subjects.call(&operation, caller).await.send().await;
            if outcome(&answer) != Some(expected) {
                wrong.push(format!("{name} should be {expected:?}: {answer}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever is no editor hears the same of a scheduled announcement, of its photo and of its file as of a random id: every
/// route, every header, every byte.
async fn what_is_scheduled_is_answered_like_what_does_not_exist(stage: &Stage) {
    let world = stage.world().await;
    let document = Document::of(&world).await;
    let subjects = Subjects::of(&world).await;
    let cast = Cast::of(&world).await;
    let readers = [
        &cast.stranger,
        &cast.outsider,
        &cast.employee,
        &cast.moderator,
        &cast.admin,
    ];
    let nothing = subjects.unheard_of();
    for operation in document.operations() {
        let secret = match operation.path.as_str() {
            path if !path.contains("{id}") => continue,
            path if path.contains("/photos/") => &subjects.scheduled_photo,
            path if path.contains("/files/") => &subjects.scheduled_file,
            _ => &subjects.scheduled,
        };
        for reader in readers {
            let heard = subjects
                .call_on(&operation, reader, secret)
                .await
                .send()
                .await;
            let unknown = subjects
                .call_on(&operation, reader, &nothing)
                .await
                .send()
                .await;
            assert_eq!(sound(&heard), sound(&unknown), "{}: {heard}", operation.id);
            assert!(heard.status >= 400, "{}: {heard}", operation.id);
        }
    }
    let feed = cast.employee.get("/api/v1/feed").await;
    let list = cast.employee.get("/api/v1/announcements").await;
    for answer in [feed, list] {
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        assert!(!text.contains(&subjects.scheduled), "{answer}");
    }
}

/// An id that is broken, misspelt or of another kind of thing is no different from one that nothing has.
async fn what_does_not_exist_is_answered_alike_however_it_is_named(stage: &Stage) {
    let world = stage.world().await;
    let document = Document::of(&world).await;
    let subjects = Subjects::of(&world).await;
    let cast = Cast::of(&world).await;
    let nothing = subjects.unheard_of();
    let spelt = subjects.post.replace('-', "");
    let names = [
        "0",
        "%00",
        "%ff",
        "..%2f..%2fme",
        "a%20b",
        "🔥",
        &spelt,
        &subjects.comment,
    ];
    for operation in document.operations() {
        if !operation.path.contains("{id}") || operation.path.contains("/comments/{id}") {
            continue;
        }
        let caller = match rule_of(&operation) {
            Some(EDITORS) => &cast.editor,
            Some(ADMINS) => &cast.admin,
            _ => &cast.employee,
        };
        let unknown = subjects
            .call_on(&operation, caller, &nothing)
            .await
            .send()
            .await;
        assert_eq!(
            unknown.problem().as_deref(),
            Some("not-found"),
            "{}: {unknown}",
            operation.id
        );
        for name in names {
            let answer = subjects
                .call_on(&operation, caller, name)
                .await
                .send()
                .await;
            assert_eq!(sound(&answer), sound(&unknown), "{name}: {answer}");
        }
    }
}

fn rule_of(operation: &Operation) -> Option<Rule> {
    RULES
        .iter()
        .find(|(id, _)| *id == operation.id)
        .map(|(_, rule)| *rule)
}

/// Whether the rule lets that one of the cast do it.
pub(super) fn admits(operation: &Operation, place_in_cast: usize) -> bool {
    rule_of(operation).is_some_and(|rule| rule[place_in_cast] == Done)
}

fn rules_without_a_route(document: &Document) -> Vec<String> {
    let operations = document.operations();
    let without = RULES
        .iter()
        .filter(|(id, _)| operations.iter().all(|known| known.id != *id));
    without
        .map(|(id, _)| format!("a rule for {id}, which is no operation"))
        .collect()
}

fn outcome(answer: &Answer) -> Option<Outcome> {
    Some(match (answer.status, answer.problem().as_deref()) {
        (200..=299, None) => Done,
        (401, Some("unauthenticated")) => SignIn,
        (403, Some("forbidden")) => Forbidden,
        (404, Some("not-found")) => Hidden,
        (422, Some("invalid-body")) => Unknown,
        _ => return None,
    })
}

/// Everything by which two answers could be told apart, but for the time.
fn sound(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let headers = answer.headers.iter().filter(|(name, _)| *name != "date");
    let headers = headers.map(|(name, value)| {
        (
            name.to_string(),
            String::from_utf8_lossy(value.as_bytes()).into_owned(),
        )
    });
    (
        answer.status,
        headers.collect(),
        String::from_utf8_lossy(&answer.body).into_owned(),
    )
}
