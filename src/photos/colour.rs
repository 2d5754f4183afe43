// SPDX-License-Identifier: EUPL-1.2

//! From a picture's own colours to sRGB, which is what everybody assumes of a picture without a profile.
//!
//! Phones have taken photographs in Display P3 for years. Its numbers, read as sRGB, show fire engines in
//! the red of old bricks; so the profile is applied before it is dropped.

use image::RgbImage;
use moxcms::{ColorProfile, DataColorSpace, Layout, TransformOptions};

/// The picture in sRGB. A profile that is broken, or not of an RGB colour space, is not worth losing the
/// picture: its numbers are then taken for sRGB.
pub(super) fn to_srgb(picture: RgbImage, profile: Option<&[u8]>) -> RgbImage {
    profile
        .and_then(|profile| converted(&picture, profile))
        .unwrap_or(picture)
}

fn converted(picture: &RgbImage, profile: &[u8]) -> Option<RgbImage> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    if profile.color_space != DataColorSpace::Rgb {
        return None;
    }
    let srgb = ColorProfile::new_srgb();
    let transform = profile
        .create_transform_8bit(Layout::Rgb, &srgb, Layout::Rgb, TransformOptions::default())
        .ok()?;
    let mut converted = RgbImage::new(picture.width(), picture.height());
    transform.transform(picture.as_raw(), &mut converted).ok()?;
    Some(converted)
}

#[cfg(test)]
mod tests {
    use image::Rgb;

    use super::*;

    #[test]
    fn a_colour_of_display_p3_becomes_the_same_colour_in_srgb() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let picture = RgbImage::from_pixel(2, 2, Rgb([200, 100, 50]));
        // By hand: to linear light, P3's and the inverse of sRGB's matrix, back to gamma.
        let Rgb([red, green, blue]) = *to_srgb(picture, Some(&profile)).get_pixel(1, 1);
        assert!(red.abs_diff(214) <= 2, "{red}");
        assert!(green.abs_diff(95) <= 3, "{green}");
        assert!(blue.abs_diff(33) <= 4, "{blue}");
    }

    #[test]
    fn a_broken_profile_leaves_the_picture_as_it_is() {
        let picture = RgbImage::from_pixel(2, 2, Rgb([200, 100, 50]));
        assert_eq!(to_srgb(picture.clone(), Some(b"not a profile")), picture);
        assert_eq!(to_srgb(picture.clone(), None), picture);
    }
}
