// SPDX-License-Identifier: EUPL-1.2

//! The room on a real database: a temporary SQLite file.

use std::{net::IpAddr, time::Duration};

use super::{
    People, PeopleError,
    access::{Employee, Role},
    audience::{Audience, AudienceCount, AudienceError},
    directory::Search,
    import::{ImportError, ImportPlan, Leavers},
    join_codes::{CodeError, Invitees, Purpose},
    quiet::Rules,
};
use crate::{
    clock::{Clock, Zone},
    config::{PeopleConfig, QuietConfig, push::Classes},
    db::{Db, sql},
    id::{AccountId, DeviceId, Ids, OrgUnitId},
    push::Language,
    text::Line,
};

const OFFICE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
const DAY: Duration = Duration::from_hours(24);

struct Town {
    people: People,
    clock: Clock,
    _folder: tempfile::TempDir,
}

impl Town {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("town.db").display());
        let clock = Clock::manual("2026-11-21T14:20:00Z".parse().unwrap());
        let db = Db::open(&url).await.unwrap();
        let ids = Ids::new(clock.clone());
        let people = People::new(
            db,
            clock.clone(),
            ids,
            PeopleConfig::default(),
            Rules::new(Zone::default(), &QuietConfig::default(), Classes::default()),
        );
        Self {
            people,
            clock,
            _folder: folder,
        }
    }

    /// A town in which the first twelve lines of [`STAFF`] have been imported.
    async fn with_staff() -> Self {
        let town = Self::new().await;
        town.import(&STAFF).await.unwrap();
        town
    }

    async fn import(&self, rows: &[&str]) -> Result<ImportPlan, ImportError> {
        self.people
            .import(file(rows).as_bytes(), Leavers::Few, None)
            .await
    }

    async fn code(&self, number: &str) -> String {
        let invitees = Invitees::Person(number.into());
        self.people.invite(&invitees).await.unwrap()[0]
            .code
            .to_string()
    }

    async fn sign_in(&self, code: &str) -> Result<(String, Employee), CodeError> {
        let device = Line::new("Pixel 9").unwrap();
        let (token, employee) = self.people.sign_in(code, &device, OFFICE).await?;
        Ok((token.expose().to_owned(), employee))
    }

    async fn join(&self, number: &str) -> (String, Employee) {
        self.sign_in(&self.code(number).await).await.unwrap()
    }

    async fn is_signed_in(&self, token: &str) -> bool {
        self.people.authenticate(token).await.unwrap().is_some()
    }

    async fn register_device(&self, employee: &Employee) -> DeviceId {
        let id = self.people.ids.id();
        let now = self.clock.now();
        self.people
            .db
            .query(sql!(
                "INSERT INTO devices (id, account_id, session_id, gateway, address, language, "
                "app_version, registered_at, last_seen_at) "
                "VALUES ($1, $2, $3, 'fcm', $4, 'de', '1', $5, $5)"
            ))
            .bind(id)
            .bind(employee.account())
            .bind(employee.session())
            .bind(id.to_string())
            .bind(now)
            .execute()
            .await
            .unwrap();
        id
    }

    async fn why_removed(&self, device: DeviceId) -> Option<String> {
        let row: (Option<String>,) = self
            .people
            .db
            .query(sql!("SELECT removed_because FROM devices WHERE id = $1"))
            .bind(device)
            .one()
            .await
            .unwrap();
        row.0
    }

    async fn find(&self, text: &str) -> Vec<String> {
        let search = Search {
            text: Some(text.into()),
            limit: 50,
            ..Search::default()
        };
        let found = self.people.search(search).await.unwrap();
        found
            .into_iter()
            .map(|listed| listed.person.family_name)
            .collect()
    }

    async fn unit(&self, code: &str) -> OrgUnitId {
        let units = self.people.org_units().await.unwrap();
        units.into_iter().find(|unit| unit.code == code).unwrap().id
    }
}

const STAFF: [&str; 8] = [
    "1;Öztürk;Jörg;37;Feuerwehr;;Amtsleiter;j.oeztuerk@stadt.example",
    "2;Çelik;Zeynep;37.1;Wache Nord;37;Brandmeisterin;",
    "3;Groß;Łukasz;37.1;Wache Nord;37;;",
    "4;Müller-Lüdenscheidt;Anna;37.2;Wache Süd;37;;",
    "5;Nguyễn;Minh Anh;51;Jugendamt;;Erzieherin;",
    "6;O'Neill;Ciarán;51.1;Kita Pusteblume;51;;",
    "7;Müller;Zoë;51.1;Kita Pusteblume;51;;",
    "8;Yılmaz;Ali;51.1;Kita Pusteblume;51;;",
];

fn file(rows: &[&str]) -> String {
    let headings = "Personalnummer;Nachname;Vorname;Organisationsnummer;Organisationseinheit;\
                    Übergeordnete Organisationsnummer;Funktion;E-Mail";
    format!("{headings}\r\n{}\r\n", rows.join("\r\n"))
}

#[tokio::test]
async fn importing_the_same_file_again_changes_nothing() {
    let town = Town::new().await;
    let first = town.import(&STAFF).await.unwrap();
    assert_eq!((first.joiners.len(), first.new_units.len()), (8, 5));
    let again = town.import(&STAFF).await.unwrap();
    assert!(again.changes_nothing());
    assert_eq!(again.unchanged, 8);
}

#[tokio::test]
async fn a_dry_run_tells_and_changes_nothing() {
    let town = Town::with_staff().await;
    let plan = town
        .people
        .plan_import(file(&STAFF[..3]).as_bytes())
        .await
        .unwrap();
    assert_eq!(plan.leavers.len(), 5);
    let told = plan.describe(Language::German);
    assert!(
        told.contains("5 scheiden aus") && told.contains("Zoë Müller (7)"),
        "{told}"
    );
    assert_eq!(town.find("muller").await.len(), 2);
    assert!(town.import(&STAFF).await.unwrap().changes_nothing());
}

#[tokio::test]
async fn a_file_with_one_bad_row_is_not_applied_at_all() {
    let town = Town::with_staff().await;
    let mut rows = STAFF.to_vec();
    rows[0] = "1;Neuer;Name;37;Feuerwehr;;;";
    rows.push("9;;Ohne Nachnamen;37;Feuerwehr;;;");
    let Err(ImportError::Rows(problems)) = town.import(&rows).await else {
        panic!("applied")
    };
    assert_eq!(
        problems[0].say(Language::German),
        "Zeile 10, Spalte 2 (Nachname): Die Zelle ist leer."
    );
    assert_eq!(problems.len(), 1);
    assert!(town.find("neuer").await.is_empty());
}

#[tokio::test]
async fn leavers_lose_sessions_devices_codes_and_roles() {
    let town = Town::with_staff().await;
    let (token, employee) = town.join("8").await;
    let device = town.register_device(&employee).await;
    town.people
        .grant_by_number("8", Role::Editor)
        .await
        .unwrap();
    let unused = town.code("8").await;
    assert!(town.is_signed_in(&token).await);

    assert_eq!(town.import(&STAFF[..7]).await.unwrap().leavers.len(), 1);

    assert!(!town.is_signed_in(&token).await);
    assert_eq!(town.why_removed(device).await.as_deref(), Some("left"));
    assert!(matches!(
        town.sign_in(&unused).await,
        Err(CodeError::Expired)
    ));
    assert!(town.find("yilmaz").await.is_empty());

    let back = town.import(&STAFF).await.unwrap();
    assert_eq!((back.returning.len(), back.joiners.len()), (1, 0));
    assert!(
        !town.is_signed_in(&token).await,
        "an old session must not come back to life"
    );
    let (_, returned) = town.join("8").await;
    assert_eq!(returned.account(), employee.account());
    assert!(returned.roles().is_empty());
}

#[tokio::test]
async fn a_file_that_is_cut_off_is_refused_until_it_is_confirmed() {
    let town = Town::with_staff().await;
    let cut_off = town.import(&STAFF[..6]).await;
    assert!(matches!(
        cut_off,
        Err(ImportError::TooManyLeavers {
            leavers: 2,
            staff: 8
        })
    ));
    assert_eq!(town.find("yilmaz").await.len(), 1);
    let bytes = file(&STAFF[..6]);
    town.people
        .import(bytes.as_bytes(), Leavers::Confirmed, None)
        .await
        .unwrap();
    assert!(town.find("yilmaz").await.is_empty());
}

#[tokio::test]
async fn people_and_units_move_and_are_renamed() {
    let town = Town::with_staff().await;
    let (_, before) = town.join("2").await;
    let mut rows = STAFF.map(|row| row.replace("Wache Süd;37", "Wache Süd;51"));
    rows[1] = "2;Çelik-Groß;Zeynep;51;Jugendamt;;Brandmeisterin;".into();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let plan = town.import(&rows).await.unwrap();
    assert!(plan.updated[0].moved() && plan.updated[0].renamed());
    assert!(plan.updated_units[0].moved());

    assert_eq!(town.find("gross cel").await, ["Çelik-Groß"]);
    let units = town.people.org_units().await.unwrap();
    let people_in = |code: &str| units.iter().find(|unit| unit.code == code).unwrap().people;
    assert_eq!((people_in("37"), people_in("51")), (2, 6));
    assert_eq!(units[0].parent_id, None, "parents come first");
    let me = town.people.person(before.account()).await.unwrap();
    assert_eq!(me.unit.name, "Jugendamt");
}

#[tokio::test]
async fn a_code_is_good_once() {
    let town = Town::with_staff().await;
    let code = town.code("1").await;
    let typed = code.to_lowercase().replace('-', " ").replace('0', "o");
    let (token, _) = town.sign_in(&typed).await.unwrap();
    assert!(town.is_signed_in(&token).await);
    assert!(matches!(town.sign_in(&code).await, Err(CodeError::Used)));
    assert!(matches!(
        town.sign_in("0000-0000-0000").await,
        Err(CodeError::Unknown)
    ));
    assert!(matches!(
        town.sign_in("nonsense").await,
        Err(CodeError::Unknown)
    ));
    assert!(!town.is_signed_in("sf_nonsense").await);
}

#[tokio::test]
async fn a_code_ends_after_thirty_days_and_by_a_newer_one() {
    let town = Town::with_staff().await;
    let old = town.code("1").await;
    let new = town.code("1").await;
    assert!(matches!(town.sign_in(&old).await, Err(CodeError::Expired)));
    town.clock.advance(30 * DAY);
    assert!(matches!(town.sign_in(&new).await, Err(CodeError::Expired)));
}

#[tokio::test]
async fn wrong_codes_are_limited_and_right_ones_are_not() {
    let town = Town::with_staff().await;
    for _ in 0..40 {
        town.join("1").await;
    }
    for _ in 0..30 {
        assert!(matches!(
            town.sign_in("0000-0000-0000").await,
            Err(CodeError::Unknown)
        ));
    }
    let code = town.code("2").await;
    let refused = town.sign_in(&code).await;
    let Err(CodeError::TooManyAttempts(wait)) = refused else {
        panic!("not limited")
    };
    town.clock.advance(wait);
    town.sign_in(&code).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_ends_the_other_sessions_when_it_is_redeemed() {
    let town = Town::with_staff().await;
    let (lost, employee) = town.join("2").await;
    let device = town.register_device(&employee).await;
    let (second, _) = town.join("2").await;
    assert!(town.is_signed_in(&lost).await, "a first code ends nothing");

    town.people.grant_by_number("1", Role::Admin).await.unwrap();
    let admin = town.join("1").await.1.admin().unwrap();
    let account = employee.account();
    let made = town
        .people
        .make_join_code(&admin, account, Purpose::Recovery)
        .await
        .unwrap();
    assert!(
        town.is_signed_in(&lost).await,
        "nobody is cut off before the new phone is in"
    );
    let (new, _) = town.sign_in(&made.code.to_string()).await.unwrap();

    assert!(town.is_signed_in(&new).await);
    assert!(!town.is_signed_in(&lost).await && !town.is_signed_in(&second).await);
    assert_eq!(
        town.why_removed(device).await.as_deref(),
        Some("signed_out")
    );
}

#[tokio::test]
async fn a_session_ends_after_long_idleness_and_not_while_it_is_used() {
    let town = Town::with_staff().await;
    let (token, _) = town.join("1").await;
    for _ in 0..5 {
        town.clock.advance(179 * DAY);
        assert!(town.is_signed_in(&token).await);
    }
    town.clock.advance(182 * DAY);
    assert!(!town.is_signed_in(&token).await);
}

#[tokio::test]
async fn own_sessions_are_listed_and_ended_and_nobody_elses() {
    let town = Town::with_staff().await;
    let (phone, me) = town.join("1").await;
    let (tablet, on_tablet) = town.join("1").await;
    let (other, stranger) = town.join("2").await;
    assert_eq!(town.people.own_sessions(&me).await.unwrap().len(), 2);
    let refused = town.people.end_own_session(&me, stranger.session()).await;
    assert!(matches!(refused, Err(PeopleError::NotFound)));
    town.people
        .end_own_session(&me, on_tablet.session())
        .await
        .unwrap();
    assert!(town.is_signed_in(&phone).await && town.is_signed_in(&other).await);
    assert!(!town.is_signed_in(&tablet).await);
    town.people.sign_out(&me).await.unwrap();
    assert!(!town.is_signed_in(&phone).await);
}

#[tokio::test]
async fn roles_are_granted_once_and_taken_back_with_who_and_when() {
    let town = Town::with_staff().await;
    town.people.grant_by_number("1", Role::Admin).await.unwrap();
    let (_, admin) = town.join("1").await;
    let admin = admin.admin().unwrap();
    let (token, colleague) = town.join("2").await;
    for _ in 0..2 {
        town.people
            .grant(&admin, colleague.account(), Role::Editor)
            .await
            .unwrap();
    }
    let held = town
        .people
        .roles_of(&admin, colleague.account())
        .await
        .unwrap();
    assert_eq!(held.len(), 1);
    assert_eq!(held[0].granted_by, Some(admin.account()));
    let now = town.people.authenticate(&token).await.unwrap().unwrap();
    assert!(now.editor().is_some() && now.admin().is_none());
    town.people
        .revoke(&admin, colleague.account(), Role::Editor)
        .await
        .unwrap();
    let now = town.people.authenticate(&token).await.unwrap().unwrap();
    assert!(now.editor().is_none());
    let nobody: AccountId = town.people.ids.id();
    let refused = town.people.grant(&admin, nobody, Role::Editor).await;
    assert!(matches!(refused, Err(PeopleError::NotFound)));
}

#[tokio::test]
async fn the_directory_finds_by_beginnings_and_pages_by_name() {
    let town = Town::with_staff().await;
    assert_eq!(town.find("ann mu").await, ["Müller-Lüdenscheidt"]);
    assert_eq!(town.find("LUED").await, Vec::<String>::new());
    assert_eq!(town.find("oneill").await, ["O'Neill"]);
    assert_eq!(town.find("nguyen").await, ["Nguyễn"]);
    assert!(
        town.find("%").await.len() == 8,
        "what holds no letter narrows nothing"
    );

    let mut names = Vec::new();
    let mut after = None;
    loop {
        let search = Search {
            after: after.take(),
            limit: 3,
            ..Search::default()
        };
        let page = town.people.search(search).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.after.clone());
        names.extend(page.into_iter().map(|listed| listed.person.given_name));
    }
    let sorted = [
        "Zeynep", "Łukasz", "Anna", "Zoë", "Minh Anh", "Ciarán", "Jörg", "Ali",
    ];
    assert_eq!(names, sorted);

    let unit = Some(town.unit("37").await);
    let search = Search {
        unit,
        limit: 50,
        ..Search::default()
    };
    assert_eq!(town.people.search(search).await.unwrap().len(), 4);
}

#[tokio::test]
async fn an_audience_is_units_with_all_below_them() {
    let town = Town::with_staff().await;
    let (_, firefighter) = town.join("2").await;
    town.register_device(&firefighter).await;
    let brigade = Audience::Units {
        units: vec![town.unit("37").await],
    };
    let count = town.people.count_audience(&brigade).await.unwrap();
    assert_eq!(
        count,
        AudienceCount {
            people: 4,
            with_phone: 1,
            without_phone: 3
        }
    );
    let all = town
        .people
        .count_audience(&Audience::Everybody)
        .await
        .unwrap();
    assert_eq!(
        all,
        AudienceCount {
            people: 8,
            with_phone: 1,
            without_phone: 7
        }
    );

    let mut tx = town.people.db.begin().await.unwrap();
    let id = brigade.create(&mut tx, &town.people.ids).await.unwrap();
    let everybody = Audience::Everybody
        .create(&mut tx, &town.people.ids)
        .await
        .unwrap();
    assert_eq!(
        Audience::Everybody
            .create(&mut tx, &town.people.ids)
            .await
            .unwrap(),
        everybody
    );
    tx.commit().await.unwrap();
    assert_eq!(Audience::load(&town.people.db, id).await.unwrap(), brigade);
    assert!(
        town.people
            .is_meant(id, firefighter.account())
            .await
            .unwrap()
    );
    let (_, educator) = town.join("6").await;
    let educator = educator.account();
    assert!(!town.people.is_meant(id, educator).await.unwrap());
    assert!(town.people.is_meant(everybody, educator).await.unwrap());
}

#[tokio::test]
async fn an_audience_of_nobody_or_of_unknown_units_is_refused_by_pointer() {
    let town = Town::with_staff().await;
    let empty = Audience::Units { units: Vec::new() };
    let refused = town.people.count_audience(&empty).await.unwrap_err();
    assert!(matches!(refused, AudienceError::Empty(_)));
    let units = vec![town.unit("37").await, town.people.ids.id()];
    let mut tx = town.people.db.begin().await.unwrap();
    let refused = Audience::Units { units }
        .create(&mut tx, &town.people.ids)
        .await
        .unwrap_err();
    assert_eq!(refused.pointers()[0].0, "/units/1");
}

#[tokio::test]
async fn letters_are_for_those_who_have_not_joined() {
    let town = Town::with_staff().await;
    town.join("6").await;
    assert_eq!(
        town.people
            .invite(&Invitees::NotJoined)
            .await
            .unwrap()
            .len(),
        7
    );
    let kita = town
        .people
        .invite(&Invitees::NotJoinedIn("51".into()))
        .await
        .unwrap();
    let names: Vec<&str> = kita.iter().map(|it| it.family_name.as_str()).collect();
    assert_eq!(names, ["Nguyễn", "Müller", "Yılmaz"]);
    town.sign_in(&kita[0].code.to_string()).await.unwrap();
    let nobody = town.people.invite(&Invitees::Person("99".into())).await;
    assert!(nobody.is_err());
}
