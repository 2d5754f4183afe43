// SPDX-License-Identifier: EUPL-1.2

//! The file as personnel offices write it, and every mistake that it can have.

use super::*;

const HEADINGS: &str = "Personalnummer;Nachname;Vorname;Organisationsnummer;Organisationseinheit;\
                        Übergeordnete Organisationsnummer;Funktion;E-Mail;Sprache";

fn file(rows: &[&str]) -> String {
    format!("{HEADINGS}\r\n{}\r\n", rows.join("\r\n"))
}

fn mistakes(rows: &[&str]) -> Vec<String> {
    let problems = parse(file(rows).as_bytes()).unwrap_err();
    problems
        .iter()
        .map(|problem| problem.say(Language::English))
        .collect()
}

#[test]
fn a_file_is_read_alike_in_every_encoding_and_with_every_delimiter() {
    let text = file(&[
        "1;Öztürk;Jörg;37;Feuerwehr;;Brandmeister;j@stadt.example;de",
        "2;\"Groß; von\";Zoë;37.1;Wache \"\"Nord\"\";37;;;EN",
    ])
    .replace("Wache \"\"Nord\"\"", "\"Wache \"\"Nord\"\"\"");
    let (windows, _, lost) = encoding_rs::WINDOWS_1252.encode(&text);
    assert!(!lost);
    let commas = text.replace("Groß; von", "Groß von").replace(';', ",");
    let tabs = text.replace("Groß; von", "Groß von").replace(';', "\t");

    let roster = parse(text.as_bytes()).unwrap();
    assert_eq!(roster.people[1].family_name, "Groß; von");
    assert_eq!(roster.people[1].language, Language::English);
    assert_eq!(roster.people[1].email, None);
    assert_eq!(roster.units[1].name, "Wache \"Nord\"");
    assert_eq!(roster.units[1].parent.as_deref(), Some("37"));
    assert_eq!(parse(&windows).unwrap(), roster);
    assert_eq!(parse(format!("\u{FEFF}{text}").as_bytes()).unwrap(), roster);
    let mut without_semicolon = roster;
    without_semicolon.people[1].family_name = "Groß von".into();
    assert_eq!(parse(commas.as_bytes()).unwrap(), without_semicolon);
    assert_eq!(parse(tabs.as_bytes()).unwrap(), without_semicolon);
}

#[test]
fn columns_may_stand_in_any_order_beside_others() {
    let file = "Besoldung;OE;Vorname;Nachname;Pers.-Nr.;Org.-Nr.;Übergeordnete OE\n\
                A13;Bauamt;Ida;Kern;7;60;\n";
    let roster = parse(file.as_bytes()).unwrap();
    assert_eq!(roster.people[0].name(), "Ida Kern");
    assert_eq!(roster.people[0].unit, "60");
}

#[test]
fn every_mistake_is_told_by_line_and_column() {
    assert_eq!(
        mistakes(&[
            "1;Kern;Ida;60;Bauamt;;;;",
            ";Roth;;60;Bauamt;;;keine-adresse;fr",
            "",
            "1;Lang;Udo;60;Tiefbauamt;61;;;",
            "3;Kurz;Eva;60;Bauamt",
        ]),
        [
            "Line 3, column 1 (Personalnummer): The cell is empty.",
            "Line 3, column 3 (Vorname): The cell is empty.",
            "Line 3, column 8 (E-Mail): This is not an e-mail address.",
            "Line 3, column 9 (Sprache): The language is either “de” or “en”.",
            "Line 5, column 5 (Organisationseinheit): In line 2 the same organisation number is \
             called “Bauamt”.",
            "Line 5, column 6 (Übergeordnete Organisationsnummer): In line 2 the same organisation \
             number is below no other.",
            "Line 5, column 1 (Personalnummer): This personnel number already stands in line 2.",
            "Line 6: The row has 5 cells, the heading has 9.",
        ]
    );
}

#[test]
fn unknown_parents_and_circles_are_told_once_each() {
    assert_eq!(
        mistakes(&[
            "1;Kern;Ida;60;Bauamt;99;;;",
            "2;Lang;Udo;a;A;b;;;",
            "3;Kurz;Eva;b;B;a;;;",
            "4;Roth;Pia;c;C;b;;;",
        ]),
        [
            "Line 2, column 6 (Übergeordnete Organisationsnummer): Organisation number 99 does not \
             occur in the file.",
            "Line 3, column 6 (Übergeordnete Organisationsnummer): The org units stand below each \
             other in a circle: a → b → a.",
        ]
    );
}

#[test]
fn a_missing_quotation_mark_is_told_where_it_opens() {
    let told = mistakes(&["1;Kern;\"Ida;60;Bauamt;;;;", "2;Lang;Udo;60;Bauamt;;;;"]);
    assert!(
        told[0].starts_with("Line 2: The row has 3 cells"),
        "{told:?}"
    );
}

#[test]
fn a_unit_may_have_a_row_of_its_own() {
    let roster =
        parse(file(&[";;;2;Dezernat II;;;;", "1;Kern;Ida;60;Bauamt;2;;;"]).as_bytes()).unwrap();
    assert_eq!(roster.units.len(), 2);
    assert_eq!(roster.people.len(), 1);
}

#[test]
fn what_is_no_personnel_file_is_refused_in_one_sentence() {
    let say = |bytes: &[u8]| parse(bytes).unwrap_err()[0].say(Language::German);
    assert_eq!(
        say(b"PK\x03\x04rest"),
        "Zeile 1: Das ist eine Excel-Mappe. Bitte als CSV speichern."
    );
    assert_eq!(say(b""), "Zeile 1: Die Spalte „Personalnummer“ fehlt.");
    assert_eq!(
        say(HEADINGS.as_bytes()),
        "Zeile 1: Die Datei nennt keine einzige Person."
    );
}

#[test]
fn a_mobile_number_is_kept_in_the_international_form() {
    for written in [
        "0170/123 45 67",
        "+49 (0)170 - 1234567",
        "0049170.1234567",
        "(0170) 1234567",
    ] {
        assert_eq!(
            international(written).as_deref(),
            Some("+491701234567"),
            "{written}"
        );
    }
    assert_eq!(
        international("+43 660 1234567").as_deref(),
        Some("+436601234567")
    );
    for bad in [
        "170 1234567",
        "0170",
        "4,91701E+11",
        "+0170123456",
        "Büro 12",
    ] {
        assert_eq!(international(bad), None, "{bad}");
    }
}
