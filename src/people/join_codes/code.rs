// SPDX-License-Identifier: EUPL-1.2

//! The code itself: twelve characters that survive being read aloud, typed in gloves and printed badly.

use std::{fmt, str::FromStr};

use aws_lc_rs::digest::{Context, SHA256};

use crate::id::Ids;

/// Crockford's base 32: no I, L, O and U, so that nothing is mistaken for 1 and 0, and hardly a word arises.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH: usize = 12;
const GROUP: usize = 4;

/// A join code: 60 random bits, shown as `K7QM-2XRD-9WTF`. It is a secret until it is redeemed, so it has
/// no `Debug` that would show it, and only its [hash](Code::hash) is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct Code([u8; LENGTH]);

/// What was typed can't be a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a join code has 12 letters and digits")]
pub struct NotACode;

impl Code {
    pub(super) fn random(ids: &Ids) -> Self {
        // 256 is a multiple of 32: the low five bits of a random byte are evenly spread.
        Self(
            ids.secret::<LENGTH>()
                .map(|byte| ALPHABET[usize::from(byte & 31)]),
        )
    }

    /// SHA-256 over a prefix of our own and the characters. Quick, because the code is random: there is no
    /// dictionary to slow down, and it ends within weeks.
    pub(super) fn hash(&self) -> Vec<u8> {
        let mut context = Context::new(&SHA256);
        context.update(b"stadtfunk join code v1\0");
        context.update(&self.0);
        context.finish().as_ref().to_vec()
    }
}

impl FromStr for Code {
    type Err = NotACode;

    /// Forgiving: lower case, O for 0, I and L for 1, hyphens (of any length) and spaces anywhere.
    fn from_str(typed: &str) -> Result<Self, NotACode> {
        let mut code = [0; LENGTH];
        let mut length = 0;
        for c in typed.chars() {
            if c.is_whitespace() || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '_' | '.') {
                continue;
            }
            *code.get_mut(length).ok_or(NotACode)? = digit(c).ok_or(NotACode)?;
            length += 1;
        }
        if length == LENGTH {
            Ok(Self(code))
        } else {
            Err(NotACode)
        }
    }
}

fn digit(c: char) -> Option<u8> {
    let meant = match c.to_ascii_uppercase() {
        'O' => b'0',
        'I' | 'L' => b'1',
        c => u8::try_from(c).ok()?,
    };
    ALPHABET.contains(&meant).then_some(meant)
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, group) in self.0.chunks(GROUP).enumerate() {
            let hyphen = if index == 0 { "" } else { "-" };
            write!(f, "{hyphen}{}", String::from_utf8_lossy(group))?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        let code: Code = "K7QM-2X0D-91TF".parse().unwrap();
        assert_eq!(code.to_string(), "K7QM-2X0D-91TF");
        for typed in ["k7qm2xod9ltf", " K7QM – 2XOD – 9iTF ", "K7Q-M2X-0D9-1TF"] {
            assert_eq!(typed.parse::<Code>(), Ok(code.clone()), "{typed}");
        }
    }

    #[test]
    fn what_cannot_be_a_code_is_refused() {
        for typed in [
            "",
            "K7QM-2XRD-9WT",
            "K7QM-2XRD-9WTFX",
            "K7QM-2XRD-9WTU",
            "K7QM-2XRD-9WTÄ",
        ] {
            assert_eq!(typed.parse::<Code>(), Err(NotACode), "{typed}");
        }
    }

    #[test]
    fn random_codes_are_written_and_read_back() {
        let ids = Ids::new(Clock::manual("2026-11-21T14:00:00Z".parse().unwrap()));
        let code = Code::random(&ids);
        assert_eq!(code.to_string().parse(), Ok(code.clone()));
        assert_ne!(code, Code::random(&ids));
        assert_eq!(format!("{code:?}"), "Code(…)");
    }
}
