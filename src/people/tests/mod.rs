// SPDX-License-Identifier: EUPL-1.2

//! The room on a real database: a temporary SQLite file.

mod audience;
mod codes;
mod directory;
mod import;
mod roles;
mod sessions;

use std::{net::IpAddr, time::Duration};

use super::{
    People,
    access::Employee,
    directory::Search,
    import::{ImportError, ImportPlan, Leavers},
    join_codes::{CodeError, Invitees},
    quiet::Rules,
};
use crate::{
    clock::{Clock, Zone},
    config::{PeopleConfig, QuietConfig, push::Classes},
    db::{Db, sql},
    id::{DeviceId, Ids, OrgUnitId},
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
