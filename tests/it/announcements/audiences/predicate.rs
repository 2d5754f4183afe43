// SPDX-License-Identifier: EUPL-1.2

//! The database's predicate against a plain evaluation, for random audiences and people.

use std::collections::BTreeSet;

use proptest::{
    collection::vec,
    option,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use serde_json::{Value, json};
use stadtfunk::{
    db::{Db, Json},
    id::{AccountId, AudienceId, GroupId, OrgUnitId},
    people::audience::{self, Audience},
};

use crate::world::{Stage, World, both, people::same, town::UNITS};

both!(the_database_means_whom_a_plain_evaluation_means);

const AUDIENCES: usize = 150;
const PLACES: [&str; 3] = ["Rathaus", "Bauhof Süd", "Straße 1"];
const JOBS: [&str; 3] = ["Ärztin", "Hausmeister", "Erzieherin"];

/// What decides of a person; numbers stand for places in the lists above.
#[derive(Clone, Debug)]
struct Somebody {
    unit: usize,
    place: Option<usize>,
    job: Option<usize>,
    on_duty: bool,
    left: bool,
}

#[derive(Clone, Debug)]
enum Part {
    Everybody,
    OnDuty,
    Units(Vec<usize>),
    Places(Vec<usize>),
    Jobs(Vec<usize>),
    Groups(Vec<usize>),
}

#[derive(Clone, Debug)]
struct Rule {
    of: Vec<Part>,
    except: Vec<Part>,
}

impl Rule {
    fn means(&self, person: &Somebody, groups: &[Rule]) -> bool {
        let hit = |parts: &[Part]| parts.iter().any(|part| part.means(person, groups));
        !person.left && hit(&self.of) && !hit(&self.except)
    }

    fn said(&self, town: &Town) -> Value {
        let parts = |parts: &[Part]| parts.iter().map(|part| part.said(town)).collect::<Vec<_>>();
        let (of, except) = (parts(&self.of), parts(&self.except));
        match (&of[..], &except[..]) {
            // As somebody would say it: a part alone is no union.
            ([alone], []) => alone.clone(),
            _ => json!({"kind": "any_of", "of": of, "except": except}),
        }
    }
}

impl Part {
    fn means(&self, person: &Somebody, groups: &[Rule]) -> bool {
        match self {
            Self::Everybody => true,
            Self::OnDuty => person.on_duty,
            Self::Units(units) => units.iter().any(|unit| is_below(person.unit, *unit)),
            Self::Places(places) => person.place.is_some_and(|place| places.contains(&place)),
            Self::Jobs(jobs) => person.job.is_some_and(|job| jobs.contains(&job)),
            Self::Groups(named) => named.iter().any(|group| groups[*group].means(person, &[])),
        }
    }

    fn said(&self, town: &Town) -> Value {
        let loud = |names: &[&str; 3], chosen: &[usize]| -> Vec<String> {
            chosen
                .iter()
                .map(|one| names[*one].to_uppercase())
                .collect()
        };
        match self {
            Self::Everybody => json!({"kind": "everybody"}),
            Self::OnDuty => json!({"kind": "on_duty"}),
            Self::Units(units) => {
                let units: Vec<_> = units.iter().map(|unit| town.units[*unit]).collect();
                json!({"kind": "units", "units": units})
            }
            Self::Places(places) => {
                json!({"kind": "locations", "locations": loud(&PLACES, places)})
            }
            Self::Jobs(jobs) => json!({"kind": "job_titles", "job_titles": loud(&JOBS, jobs)}),
            Self::Groups(groups) => {
                let groups: Vec<_> = groups.iter().map(|group| town.groups[*group]).collect();
                json!({"kind": "groups", "groups": groups})
            }
        }
    }
}

fn is_below(unit: usize, top: usize) -> bool {
    let parent = UNITS[unit].parent;
    let parent = parent.and_then(|code| UNITS.iter().position(|above| above.code == code));
    unit == top || parent.is_some_and(|parent| is_below(parent, top))
}

fn somebody() -> impl Strategy<Value = Somebody> {
    let place = option::of(0..PLACES.len());
    let job = option::of(0..JOBS.len());
    let left = prop::bool::weighted(0.1);
    (0..UNITS.len(), place, job, any::<bool>(), left).prop_map(
        |(unit, place, job, on_duty, left)| Somebody {
            unit,
            place,
            job,
            on_duty,
            left,
        },
    )
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        1 => Just(Part::Everybody),
        2 => Just(Part::OnDuty),
        3 => vec(0..UNITS.len(), 1..3).prop_map(Part::Units),
        2 => vec(0..PLACES.len(), 1..3).prop_map(Part::Places),
        2 => vec(0..JOBS.len(), 1..3).prop_map(Part::Jobs),
    ]
}

fn group() -> impl Strategy<Value = Rule> {
    (vec(part(), 1..3), vec(part(), 0..2)).prop_map(|(of, except)| Rule { of, except })
}

fn rule(groups: usize) -> impl Strategy<Value = Rule> {
    let part = move || prop_oneof![4 => part(), 1 => vec(0..groups, 1..3).prop_map(Part::Groups)];
    (vec(part(), 1..4), vec(part(), 0..3)).prop_map(|(of, except)| Rule { of, except })
}

struct Town {
    units: Vec<OrgUnitId>,
    groups: Vec<GroupId>,
}

async fn the_database_means_whom_a_plain_evaluation_means(stage: &Stage) {
    let world = stage.world().await;
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    );
    let mut some = |strategy: BoxedStrategy<Vec<Somebody>>| {
        strategy.new_tree(&mut runner).expect("people").current()
    };
    let people = some(vec(somebody(), 40).boxed());
    let rules = vec(group(), 4).new_tree(&mut runner).expect("groups");
    let rules = rules.current();
    let mut town = Town {
        units: Vec::new(),
        groups: Vec::new(),
    };
    for unit in UNITS {
        town.units.push(world.unit_id(unit).await);
    }
    let mut ids = Vec::new();
    for person in &people {
        ids.push(hire(&world, &town, person).await);
    }
    for (number, rule) in rules.iter().enumerate() {
        let id = keep(&world, ids[0], number, &rule.said(&town)).await;
        town.groups.push(id);
    }
    for _ in 0..AUDIENCES {
        let rule = rule(rules.len())
            .new_tree(&mut runner)
            .expect("an audience");
        let rule = rule.current();
        let said = rule.said(&town);
        let audience: Audience = serde_json::from_value(said.clone()).expect("an audience");
        let id = store(&world, &audience).await;
        let meant = meant(&world.app.db, id).await;
        let expected: BTreeSet<AccountId> = people
            .iter()
            .zip(&ids)
            .filter(|(person, _)| rule.means(person, &rules))
            .map(|(_, id)| *id)
            .collect();
        assert_eq!(meant, expected, "{rule:?} with {rules:?} of {people:?}");
        let loaded = Audience::load(&world.app.db, id).await.expect("loaded");
        if !matches!(loaded, Audience::Units { .. }) {
            assert_eq!(serde_json::to_value(&loaded).expect("JSON"), said);
        }
    }
}

async fn store(world: &World, audience: &Audience) -> AudienceId {
    let mut tx = world.app.db.begin().await.expect("a transaction");
    let id = audience.create(&mut tx, &world.app.ids).await;
    let id = id.expect("a sound audience");
    let now = world.clock.now();
    let settled = audience::settle_duty(&mut tx, id, now).await;
    settled.expect("who is on duty");
    tx.commit().await.expect("committed");
    id
}

async fn meant(db: &Db, audience: AudienceId) -> BTreeSet<AccountId> {
    let rows: Vec<(AccountId,)> = db
        .query(same(
            "SELECT account_id FROM audience_people WHERE audience_id = $1",
        ))
        .bind(audience)
        .all()
        .await
        .expect("who is meant");
    let meant: BTreeSet<AccountId> = rows.iter().map(|(id,)| *id).collect();
    assert_eq!(meant.len(), rows.len(), "nobody twice");
    meant
}

async fn hire(world: &World, town: &Town, person: &Somebody) -> AccountId {
    let id: AccountId = world.app.ids.id();
    let now = world.clock.now();
    let place = person.place.map(|place| PLACES[place].to_owned());
    let job = person.job.map(|job| JOBS[job].to_owned());
    let key = |name: &Option<String>| {
        let small = name.as_deref().map(str::to_lowercase);
        small.map(|name| name.replace('ß', "ss"))
    };
    world
        .app
        .db
        .query(same(
            "INSERT INTO accounts (id, personnel_number, given_name, family_name, sort_name,
             unit_id, language, created_at, left_at, location, location_key, job_title,
             job_title_key)
             VALUES ($1, $2, 'A', 'B', 'b a', $3, 'de', $4, $5, $6, $7, $8, $9)",
        ))
        .bind(id)
        .bind(id.to_string())
        .bind(town.units[person.unit])
        .bind(now)
        .bind(person.left.then_some(now))
        .bind(place.clone())
        .bind(key(&place))
        .bind(job.clone())
        .bind(key(&job))
        .execute()
        .await
        .expect("an account");
    if person.on_duty {
        world
            .app
            .db
            .query(same(
                "INSERT INTO duties (account_id, source, starts_at, ends_at)
                 VALUES ($1, 'self', $2, $3)",
            ))
            .bind(id)
            .bind(now)
            .bind(now + std::time::Duration::from_mins(1))
            .execute()
            .await
            .expect("a shift");
    }
    id
}

async fn keep(world: &World, editor: AccountId, number: usize, said: &Value) -> GroupId {
    let id: GroupId = world.app.ids.id();
    world
        .app
        .db
        .query(same(
            "INSERT INTO audience_groups
                 (id, name, name_key, audience, created_at, created_by, updated_at, updated_by)
             VALUES ($1, $2, $2, $3, $4, $5, $4, $5)",
        ))
        .bind(id)
        .bind(format!("gruppe {number}"))
        .bind(Json(said.clone()))
        .bind(world.clock.now())
        .bind(editor)
        .execute()
        .await
        .expect("a group");
    id
}
