// SPDX-License-Identifier: EUPL-1.2

//! The town that the people of the tests work for: a small tree of org units.

/// An org unit by the personnel office's own key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) parent: Option<&'static str>,
}

const fn unit(code: &'static str, name: &'static str, parent: Option<&'static str>) -> Unit {
    Unit { code, name, parent }
}

pub(crate) const CITY: Unit = unit("0", "Stadtverwaltung", None);
pub(crate) const TOWN_HALL: Unit = unit("10", "Hauptamt", Some("0"));
pub(crate) const FIRE_BRIGADE: Unit = unit("37", "Feuerwehr", Some("0"));
pub(crate) const FIRE_STATION_1: Unit = unit("37.1", "Feuerwache 1", Some("37"));
pub(crate) const FIRE_STATION_2: Unit = unit("37.2", "Feuerwache 2", Some("37"));

/// Every unit, those above before those below.
pub(crate) const UNITS: [Unit; 5] = [
    CITY,
    TOWN_HALL,
    FIRE_BRIGADE,
    FIRE_STATION_1,
    FIRE_STATION_2,
];
