// SPDX-License-Identifier: EUPL-1.2

//! What the demo's town talks about.

/// Titles and texts of the press office's posts.
pub(super) const NEWS: [(&str, &str); 6] = [
    (
        "Willkommen bei Stadtfunk",
        "Hier erfahren Sie zuerst, was in der Stadt geschieht, und Sie können mitreden. Die Teilnahme ist \
         freiwillig; niemand wertet aus, wer was liest.",
    ),
    (
        "Jobrad: Der Zuschuss bleibt",
        "Der Personalrat und die Verwaltung haben sich geeinigt: Auch im nächsten Jahr gibt es den \
         Zuschuss für Diensträder. Anträge nimmt das Personalamt ab dem 1. Dezember entgegen.",
    ),
    (
        "Bürgeramt Mitte wieder offen",
        "Nach dem Wasserschaden ist das Bürgeramt Mitte ab Montag wieder geöffnet. Danke an alle, die \
         in den letzten drei Wochen in der Turnhalle ausgeholfen haben!",
    ),
    (
        "Winterdienst: Wir sind bereit",
        "240 Kolleginnen und Kollegen, 38 Fahrzeuge, 3.000 Tonnen Salz: Die Stadtreinigung ist für den \
         ersten Schnee gerüstet. Gestreut wird ab 4 Uhr, zuerst vor Schulen und Wachen.",
    ),
    (
        "Grippeschutz im Rathaus",
        "Die Betriebsärztin impft am 2. und 3. Dezember von 8 bis 15 Uhr im Ratssaal. Eine Anmeldung ist \
         nicht nötig; die Zeit gilt als Arbeitszeit.",
    ),
    (
        "Neue Leiterin der Feuerwache Süd",
        "Zum Monatsanfang übernimmt Brandamtsrätin Aylin Großkopf die Wache Süd. Wir wünschen viel \
         Erfolg und immer eine gesunde Rückkehr.",
    ),
];

pub(super) const COMMENTS: [&str; 12] = [
    "Endlich! Darauf haben wir lange gewartet.",
    "Danke für die Information. Gilt das auch für die Außenstellen?",
    "Sehr schön, da komme ich gern vorbei.",
    "Wir auf der Wache Nord sind dabei.",
    "Gibt es dazu auch etwas auf Englisch? Einige im Team würden sich freuen.",
    "Großartig 👏",
    "Das habe ich tatsächlich zuerst hier gelesen und nicht in der Zeitung.",
    "Kann man das irgendwo nachlesen?",
    "Gruß aus der Kita Regenbogen – die Kinder haben gejubelt.",
    "Bitte denkt auch an den Spätdienst.",
    "Bei uns am Betriebshof war es heute früh schon glatt.",
    "Schönes Bild!",
];

pub(super) const REPLIES: [&str; 4] = [
    "Ja, das gilt überall.",
    "Danke für den Hinweis, wir ergänzen das.",
    "Das sehe ich genauso.",
    "Steht ab morgen im Intranet.",
];
