//! `stadtfunk demo`

pub(crate) mod town;
