// SPDX-License-Identifier: EUPL-1.2

//! The rule of the second pair of eyes, free of any database.

use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    announcements::{AnnouncementError, Result},
    clock::At,
    id::AccountId,
    push::Class,
};

/// Which classes need a second pair of eyes. Alerts always do.
#[derive(Clone, Debug)]
pub(in crate::announcements) struct FourEyes(Vec<Class>);

impl FourEyes {
    /// These classes, and alerts.
    pub(in crate::announcements) fn new(classes: &[Class]) -> Self {
        Self(classes.to_vec())
    }

    pub(in crate::announcements) fn needs(&self, class: Class) -> bool {
        class == Class::Alert || self.0.contains(&class)
    }

    /// Whether an announcement of this class that these eyes have seen may have a T.
    pub(in crate::announcements) fn check(&self, class: Class, eyes: &Eyes) -> Result<()> {
        if self.needs(class) && eyes.approval.is_none() {
            return Err(AnnouncementError::ApprovalRequired);
        }
        Ok(())
    }
}

/// An approval: who, when, and of which revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = AnnouncementApproval)]
pub struct Approval {
    pub at: At,
    pub by: AccountId,
    /// The revision that was approved.
    pub revision: i32,
}

/// Whose eyes have been on what an announcement says now, and to whom.
///
/// **Invariant:** an approval is by somebody who neither drafted it nor changed it last, and nothing has been
/// changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::announcements) struct Eyes {
    pub(in crate::announcements) author: AccountId,
    /// Who changed it last; the author, if nobody has.
    pub(in crate::announcements) editor: AccountId,
    pub(in crate::announcements) approval: Option<Approval>,
}

impl Eyes {
    /// After somebody has changed words, audience, class, photos or files: nobody else has seen that.
    pub(in crate::announcements) fn changed_by(self, editor: AccountId) -> Self {
        Self {
            editor,
            approval: None,
            ..self
        }
    }

    /// After somebody's approval. Of two approvals the first stays.
    pub(in crate::announcements) fn approved(self, approval: Approval) -> Result<Self> {
        if approval.by == self.author || approval.by == self.editor {
            return Err(AnnouncementError::OwnApproval);
        }
        Ok(Self {
            approval: self.approval.or(Some(approval)),
            ..self
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CLASSES: [Class; 3] = [Class::News, Class::Important, Class::Alert];

    fn person(number: u8) -> AccountId {
        AccountId::from_uuid(uuid::Uuid::from_u128(number.into()))
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Change(u8),
        Approve(u8),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = prop_oneof![
            (0..4_u8).prop_map(Step::Change),
            (0..4_u8).prop_map(Step::Approve),
        ];
        prop::collection::vec(step, 0..20)
    }

    proptest! {
        /// Whatever four people do in whatever order, what may be released has been approved since its last
        /// change by somebody who neither drafted it nor made that change.
        #[test]
        fn nothing_is_released_without_the_eyes_it_needs(
            author in 0..4_u8,
            steps in steps(),
            class in prop::sample::select(CLASSES.as_slice()),
            configured in prop::sample::subsequence(CLASSES.to_vec(), 0..=3),
        ) {
            let four_eyes = FourEyes::new(&configured);
            let mut eyes = Eyes { author: person(author), editor: person(author), approval: None };
            let (mut last, mut approvers) = (author, Vec::new());
            for step in steps {
                match step {
                    Step::Change(by) => {
                        eyes = eyes.changed_by(person(by));
                        (last, approvers) = (by, Vec::new());
                    }
                    Step::Approve(by) => {
                        let at = "2026-11-21T14:00:00Z".parse().unwrap();
                        let approval = Approval { at, by: person(by), revision: 1 };
                        let approved = eyes.approved(approval);
                        prop_assert_eq!(approved.is_ok(), by != author && by != last);
                        eyes = approved.unwrap_or(eyes);
                        approvers.push(by);
                    }
                }
            }
            let seen = approvers.iter().any(|by| *by != author && *by != last);
            let needed = class == Class::Alert || configured.contains(&class);
            prop_assert_eq!(four_eyes.check(class, &eyes).is_ok(), seen || !needed);
        }
    }
}
