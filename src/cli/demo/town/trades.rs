// SPDX-License-Identifier: EUPL-1.2

//! What people do in each kind of office, as their job titles have it.

#[derive(Clone, Copy)]
pub(super) enum Trade {
    Ambulance,
    Building,
    Care,
    Caretaking,
    Cleaning,
    Computing,
    Counter,
    Culture,
    Desk,
    Dispatch,
    Fire,
    Green,
    Health,
    Kindergarten,
    Library,
    Patrol,
    Pool,
    Press,
    Roads,
    Stage,
    Teaching,
    Workshop,
}

impl Trade {
    /// The first is the head's.
    pub(super) fn titles(self) -> &'static [&'static str] {
        match self {
            Self::Ambulance => &[
                "Leitung Rettungsdienst",
                "Notfallsanitäter/in",
                "Rettungssanitäter/in",
            ],
            Self::Building => &[
                "Amtsleitung",
                "Bauingenieur/in",
                "Stadtplaner/in",
                "Technische/r Zeichner/in",
            ],
            Self::Care => &[
                "Leitung",
                "Sozialarbeiter/in",
                "Sachbearbeiter/in",
                "Sozialpädagoge/-pädagogin",
            ],
            Self::Caretaking => &["Leitung Hausmeisterdienst", "Hausmeister/in", "Springer/in"],
            Self::Cleaning => &[
                "Betriebsleitung",
                "Straßenreiniger/in",
                "Kraftfahrer/in",
                "Müllwerker/in",
            ],
            Self::Computing => &[
                "Leitung",
                "Systemadministrator/in",
                "Anwendungsbetreuer/in",
                "Service Desk",
            ],
            Self::Counter => &[
                "Leitung",
                "Sachbearbeiter/in Bürgerservice",
                "Teamassistenz",
            ],
            Self::Culture => &[
                "Leitung",
                "Kurator/in",
                "Museumsaufsicht",
                "Kulturreferent/in",
            ],
            Self::Desk => &[
                "Leitung",
                "Sachbearbeiter/in",
                "Verwaltungsfachangestellte/r",
                "Referent/in",
            ],
            Self::Dispatch => &["Leitung Leitstelle", "Disponent/in", "Lagedienstführer/in"],
            Self::Fire => &[
                "Leitung",
                "Brandmeister/in",
                "Oberbrandmeister/in",
                "Hauptbrandmeister/in",
            ],
            Self::Green => &["Leitung", "Gärtner/in", "Baumpfleger/in", "Vorarbeiter/in"],
            Self::Health => &[
                "Leitung",
                "Amtsarzt/-ärztin",
                "Hygienekontrolleur/in",
                "Arzthelfer/in",
            ],
            Self::Kindergarten => &[
                "Kita-Leitung",
                "Erzieher/in",
                "Kinderpfleger/in",
                "Küchenhilfe",
            ],
            Self::Library => &["Leitung", "Bibliothekar/in", "Fachangestellte/r für Medien"],
            Self::Patrol => &["Leitung", "Außendienst", "Schichtführung"],
            Self::Pool => &[
                "Betriebsleitung",
                "Fachangestellte/r für Bäderbetriebe",
                "Kasse",
            ],
            Self::Press => &[
                "Pressesprecher/in",
                "Redakteur/in",
                "Social-Media-Redaktion",
            ],
            Self::Roads => &["Leitung", "Straßenwärter/in", "Pflasterer/Pflasterin"],
            Self::Stage => &[
                "Intendanz",
                "Bühnentechniker/in",
                "Orchestermusiker/in",
                "Maskenbildner/in",
            ],
            Self::Teaching => &["Leitung", "Lehrkraft", "Kursorganisation"],
            Self::Workshop => &[
                "Meister/in",
                "Mechatroniker/in",
                "Elektriker/in",
                "Lagerist/in",
            ],
        }
    }
}
