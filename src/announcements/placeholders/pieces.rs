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

/// Of a text that begins with an opening brace: what stands up to the closing one, if that looks like a name.
fn name_at(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count()) && !name.contains(['{', '\n']);
    fits.then_some(name)
}
