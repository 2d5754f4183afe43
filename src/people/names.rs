// SPDX-License-Identifier: EUPL-1.2

//! Names as the directory searches and sorts them: without case, accents and punctuation.

use caseless::Caseless as _;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// What `accounts.sort_name` holds: "family given", folded.
pub(super) fn sort_name(family: &str, given: &str) -> String {
    fold(&format!("{family} {given}"))
}

/// Letters and digits in lower case without accents ("Çelik-Groß" → "celik gross"), words parted by one
/// space. Databases fold ASCII at best, so it is done here, for what is stored and for what is searched
/// alike. Nothing of what is left means anything to `LIKE`.
pub(super) fn fold(text: &str) -> String {
    let folded = text
        .nfkd()
        .filter(|c| !is_combining_mark(*c))
        .default_case_fold();
    let mut plain = String::with_capacity(text.len());
    for c in folded {
        match c {
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'æ' => plain.push_str("ae"),
            'œ' => plain.push_str("oe"),
            c if c.is_alphanumeric() => plain.push(c),
            _ if plain.ends_with(' ') || plain.is_empty() => {}
            // O'Neill is one word; Müller-Lüdenscheidt is two.
            '\'' | '’' => {}
            _ => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// The same words whatever their case ("ERZIEHERIN" and "Erzieherin", "Straße" and "STRASSE"), with one space
/// between them: by what job titles, places of work and names of groups are compared.
pub(super) fn caseless(text: &str) -> String {
    let folded: String = text.nfc().default_case_fold().nfc().collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_whatever_their_case_but_not_without_their_accents() {
        assert_eq!(caseless("ÄRZTIN  im Straßenbau"), "ärztin im strassenbau");
        assert_ne!(caseless("Arztin"), caseless("Ärztin"));
    }

    #[test]
    fn names_are_found_without_their_accents() {
        assert_eq!(fold("ÇELİK-Groß"), "celik gross");
        assert_eq!(fold("  Łukasz  O’Neill "), "lukasz oneill");
        assert_eq!(fold("Müller-Lüdenscheidt"), "muller ludenscheidt");
        assert_eq!(fold("Đặng Øystein 100%_"), "dang oystein 100");
        assert_eq!(sort_name("Ng", ""), "ng");
    }
}
