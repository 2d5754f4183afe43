// SPDX-License-Identifier: EUPL-1.2

//! A text in pieces: words, and what stands for something else. Braces that are doubled are words.

/// Longer is no name of a placeholder, by mistake or not.
pub(super) const LONGEST_NAME: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece<'t> {
    Words(&'t str),
    /// What stands between the braces.
    Placeholder(&'t str),
}

/// What is left of a text.
pub(super) struct Pieces<'t>(pub(super) &'t str);

impl<'t> Iterator for Pieces<'t> {
    type Item = Piece<'t>;

    fn next(&mut self) -> Option<Piece<'t>> {
        let text = self.0;
        if text.is_empty() {
            return None;
        }
        let brace = text.find(['{', '}']).unwrap_or(text.len());
        if brace > 0 {
            return Some(Piece::Words(self.take(brace)));
        }
        if text.starts_with("{{") || text.starts_with("}}") {
            self.take(1);
            return Some(Piece::Words(self.take(1)));
        }
        match name_at(text) {
            Some(name) => {
                self.take(name.len() + 2);
                Some(Piece::Placeholder(name))
            }
            None => Some(Piece::Words(self.take(1))),
        }
    }
}

impl<'t> Pieces<'t> {
    fn take(&mut self, bytes: usize) -> &'t str {
        let (taken, left) = self.0.split_at(bytes);
        self.0 = left;
        taken
    }
}

/// Of a text that begins with an opening brace: what stands up to the closing one, if that looks like a name. Looks no
/// further than a name is long, so that a text full of opening braces is read once and not as often as there are.
fn name_at(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('{')?;
    let mut near = rest.char_indices().take(LONGEST_NAME + 1);
    let (end, ends_with) = near.find(|(_, c)| matches!(c, '{' | '}' | '\n'))?;
    (ends_with == '}' && end > 0).then(|| &rest[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_at_most_so_many_letters_and_stands_on_one_line() {
        let longest = "ä".repeat(LONGEST_NAME);
        assert_eq!(name_at(&format!("{{{longest}}}")), Some(&*longest));
        for no_name in [
            &*format!("{{{longest}ä}}"),
            "{}",
            "{a\nb}",
            "{a{b}",
            "{a",
            "a}",
        ] {
            assert_eq!(name_at(no_name), None, "{no_name}");
        }
    }

    /// Looked for to the end each time, these would take hours.
    #[test]
    fn what_opens_and_never_closes_is_read_once() {
        let text = "{a".repeat(1_000_000);
        assert_eq!(Pieces(&text).count(), 2_000_000);
    }
}
