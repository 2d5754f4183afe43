//! Photos.

mod colour;
mod darkroom;
mod decode;
mod outline;
mod storage;
mod variants;

pub use self::{
    decode::{Limits, Refusal},
    storage::{Storage, StorageError},
};
use crate::db::text_enum;

text_enum! {
    /// How wide a photo is shown.
    pub enum Size {
        /// 320 pixels: in a list.
        Small = "small",
        /// 960 pixels: in the feed, on a phone's full width.
        Medium = "medium",
        /// 2,048 pixels: on the whole screen.
        Large = "large",
    }
}

impl Size {
    /// In pixels, of the upright photo. A photo that is narrower is not enlarged.
    pub const fn width(self) -> u32 {
        match self {
            Self::Small => 320,
            Self::Medium => 960,
            Self::Large => 2_048,
        }
    }
}
