// SPDX-License-Identifier: EUPL-1.2

//! The people of a world: they have joined, hold a session and call the server as their phone's app would.

use std::{
    future::IntoFuture,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    ops::Deref,
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
};

use stadtfunk::{
    db::Sql,
    id::{AccountId, OrgUnitId},
    people::{access::Role, join_codes::Invitees, sessions::DeviceName},
    push::Language,
};

use super::{
    Client, World,
    town::{TOWN_HALL, UNITS, Unit},
};

/// A person who is signed in. Calls like a [`Client`].
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) account: AccountId,
    pub(crate) personnel_number: String,
    client: Client,
}

impl Deref for Person {
    type Target = Client;
    fn deref(&self) -> &Client {
        &self.client
    }
}

impl Person {
    /// Calls another server from now on.
    pub(crate) fn moves_to(&mut self, server: SocketAddr) {
        self.client.server = server;
    }
}

/// Somebody about to join: say what is special about them, then `.await`.
#[must_use = "nobody joins until this is awaited"]
pub(crate) struct Newcomer<'w> {
    world: &'w World,
    name: String,
    unit: Unit,
    roles: Vec<Role>,
}

impl World {
    /// An employee of the town hall.
    pub(crate) fn employee(&self, name: &str) -> Newcomer<'_> {
        Newcomer {
            world: self,
            name: name.to_owned(),
            unit: TOWN_HALL,
            roles: Vec::new(),
        }
    }

    pub(crate) fn editor(&self, name: &str) -> Newcomer<'_> {
        self.employee(name).with(Role::Editor)
    }

    pub(crate) fn moderator(&self, name: &str) -> Newcomer<'_> {
        self.employee(name).with(Role::Moderator)
    }

    pub(crate) fn admin(&self, name: &str) -> Newcomer<'_> {
        self.employee(name).with(Role::Admin)
    }

    /// Makes the town's org units, if this stage has none yet.
    pub(super) async fn found_the_town(&self) {
        for unit in UNITS {
            self.found(unit).await;
        }
    }
}

impl Newcomer<'_> {
    /// In this org unit.
    pub(crate) fn of(mut self, unit: Unit) -> Self {
        self.unit = unit;
        self
    }

    pub(crate) fn with(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }
}

impl<'w> IntoFuture for Newcomer<'w> {
    type Output = Person;
    type IntoFuture = Pin<Box<dyn Future<Output = Person> + Send + 'w>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.join())
    }
}

// People are written into the table, not imported: a file is the whole staff, and newcomers come one by one.
impl Newcomer<'_> {
    async fn join(self) -> Person {
        let (account, number) = self.hire().await;
        for role in &self.roles {
            self.grant(account, *role).await;
        }
        let token = self.sign_in(&number).await;
        Person {
            account,
            personnel_number: number,
            client: Client {
                server: self.world.address,
                token: Some(token),
            },
        }
    }

    async fn hire(&self) -> (AccountId, String) {
        static NUMBER: AtomicU32 = AtomicU32::new(10_000);
        let id: AccountId = self.world.app.ids.id();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed).to_string();
        let (given, family) = self.name.split_once(' ').unwrap_or((&self.name, "Muster"));
        let unit = self.world.unit_id(self.unit).await;
        self.world
            .app
            .db
            .query(same(
                "INSERT INTO accounts (id, personnel_number, given_name, family_name, sort_name,
                 unit_id, language, created_at, joined_at)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)",
            ))
            .bind(id)
            .bind(number.clone())
            .bind(given.to_owned())
            .bind(family.to_owned())
            .bind(format!("{family} {given}").to_lowercase())
            .bind(unit)
            .bind(Language::German)
            .bind(self.world.clock.now())
            .execute()
            .await
            .expect("an account");
        (id, number)
    }

    async fn grant(&self, account: AccountId, role: Role) {
        self.world
            .app
            .db
            .query(same(
                "INSERT INTO role_grants (account_id, role, granted_at) VALUES ($1, $2, $3)",
            ))
            .bind(account)
            .bind(role)
            .bind(self.world.clock.now())
            .execute()
            .await
            .expect("a role");
    }

    /// By a join code, as from a letter.
    async fn sign_in(&self, number: &str) -> String {
        let people = &self.world.app.people;
        let person = Invitees::Person(number.to_owned());
        let invitations = people.invite(&person).await.expect("a join code");
        let code = invitations[0].code.to_string();
        let device = DeviceName::new("Testtelefon").expect("a device name");
        let office = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (token, _) = people
            .sign_in(&code, &device, office)
            .await
            .expect("a session");
        token.expose().to_owned()
    }
}

impl World {
    /// Has what stands at this address submitted and approved by an editor who has not written it.
    pub(crate) async fn approve(&self, address: &str) {
        let other = self.editor("Zoe Zweitblick").await;
        other.approves(address).await;
    }

    pub(crate) async fn unit_id(&self, unit: Unit) -> OrgUnitId {
        let (id,) = self
            .app
            .db
            .query(same("SELECT id FROM org_units WHERE code = $1"))
            .bind(unit.code.to_owned())
            .one()
            .await
            .expect("a unit of the town");
        id
    }

    async fn found(&self, unit: Unit) {
        let id: OrgUnitId = self.app.ids.id();
        let db = &self.app.db;
        let founded = db
            .query(same(
                "INSERT INTO org_units (id, code, name, parent_id, created_at)
                 SELECT $1, $2, $3, (SELECT id FROM org_units WHERE code = $4), $5 WHERE true
                 ON CONFLICT DO NOTHING",
            ))
            .bind(id)
            .bind(unit.code.to_owned())
            .bind(unit.name.to_owned())
            .bind(unit.parent.map(str::to_owned))
            .bind(self.clock.now())
            .execute()
            .await
            .expect("a unit");
        if founded == 1 {
            db.query(same(
                "INSERT INTO org_unit_ancestors (unit_id, ancestor_id)
                 SELECT $1, up.ancestor_id FROM org_units u
                 JOIN org_unit_ancestors up ON up.unit_id = u.parent_id WHERE u.id = $1",
            ))
            .bind(id)
            .execute()
            .await
            .expect("the units above it");
            db.query(same(
                "INSERT INTO org_unit_ancestors (unit_id, ancestor_id) VALUES ($1, $1)",
            ))
            .bind(id)
            .execute()
            .await
            .expect("the unit itself");
        }
    }
}

/// A statement that both databases take as it is.
pub(crate) const fn same(text: &'static str) -> Sql {
    Sql {
        sqlite: text,
        postgres: text,
    }
}
