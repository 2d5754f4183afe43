// SPDX-License-Identifier: EUPL-1.2

//! Who is asking, as types: a verb that only an editor may call takes an [`Editor`], and there is no way
//! to make one but from a session whose account has been granted the role.

use crate::{
    db::text_enum,
    id::{AccountId, OrgUnitId, SessionId},
    push::Language,
};

text_enum! {
    /// What somebody may do beyond what every employee may. Each is granted on its own: an administrator
    /// is not thereby an editor.
    pub enum Role {
        /// Speaks for the city: announcements, editorial channels, pinned posts.
        Editor = "editor",
        /// Answers for the tone: edits and deletes anybody's posts and comments, with a trace.
        Moderator = "moderator",
        /// Runs the house: people, roles, channels, join codes.
        Admin = "admin",
        /// Leads an operation: sees by name who has answered an announcement that asks.
        DutyOfficer = "duty_officer",
    }
}

/// A signed-in person.
#[derive(Clone, Debug)]
pub struct Employee {
    pub(super) account: AccountId,
    pub(super) unit: OrgUnitId,
    pub(super) session: SessionId,
    pub(super) language: Language,
    pub(super) roles: Vec<Role>,
}

impl Employee {
    pub fn account(&self) -> AccountId {
        self.account
    }

    pub fn unit(&self) -> OrgUnitId {
        self.unit
    }

    pub fn session(&self) -> SessionId {
        self.session
    }

    pub fn language(&self) -> Language {
        self.language
    }

    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    pub fn editor(&self) -> Option<Editor> {
        self.has(Role::Editor).then(|| Editor(self.clone()))
    }

    pub fn moderator(&self) -> Option<Moderator> {
        self.has(Role::Moderator).then(|| Moderator(self.clone()))
    }

    pub fn admin(&self) -> Option<Admin> {
        self.has(Role::Admin).then(|| Admin(self.clone()))
    }

    pub fn duty_officer(&self) -> Option<DutyOfficer> {
        self.has(Role::DutyOfficer)
            .then(|| DutyOfficer(self.clone()))
    }

    pub fn coordinator(&self) -> Option<Coordinator> {
        let coordinates = self.has(Role::Editor) || self.has(Role::DutyOfficer);
        coordinates.then(|| Coordinator(self.clone()))
    }

    pub fn planner(&self) -> Option<Planner> {
        let plans = self.has(Role::Editor) || self.has(Role::Admin);
        plans.then(|| Planner(self.clone()))
    }
}

macro_rules! proofs {
    ($($(#[$doc:meta])* $proof:ident)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $proof(Employee);

        impl std::ops::Deref for $proof {
            type Target = Employee;
            fn deref(&self) -> &Employee {
                &self.0
            }
        }
    )+};
}

proofs! {
    /// Proof that the caller holds [`Role::Editor`].
    Editor
    /// Proof that the caller holds [`Role::Moderator`].
    Moderator
    /// Proof that the caller holds [`Role::Admin`].
    Admin
    /// Proof that the caller holds [`Role::DutyOfficer`].
    DutyOfficer
    /// Proof that the caller may follow the answers to an announcement, in numbers: an editor or a duty officer.
    Coordinator
    /// Proof that the caller may keep the duty roster: an editor or an administrator.
    Planner
}
