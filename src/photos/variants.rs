// SPDX-License-Identifier: EUPL-1.2

//! From a decoded picture to what is kept: upright, sRGB, in three widths, as JPEG without any metadata.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use fast_image_resize::{PixelType, ResizeOptions, Resizer, images::Image};
use image::{DynamicImage, Rgb, RgbImage, Rgba, metadata::Orientation};

use super::{
    Size,
    colour::to_srgb,
    decode::{Decoded, Refusal},
};

/// JPEG quality as libjpeg counts: no damage that is seen on a phone, about 1.5 bits a pixel.
const QUALITY: u8 = 82;
/// ThumbHash takes at most 100 pixels a side.
const THUMB_SIDE: u32 = 100;
pub(super) const MEDIA_TYPE: &str = "image/jpeg";

/// What is kept of an uploaded photo.
#[derive(Debug)]
pub(super) struct Developed {
    /// Of the upright original, in pixels.
    pub(super) width: u32,
    pub(super) height: u32,
    /// [ThumbHash](https://evanw.github.io/thumbhash/) in base64: about 25 bytes that look like the photo.
    pub(super) placeholder: String,
    /// One for each of [`Size::ALL`], in that order.
    pub(super) variants: Vec<Rendered>,
}

/// A photo in one size.
#[derive(Debug)]
pub(super) struct Rendered {
    pub(super) size: Size,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bytes: Bytes,
}

/// Renders all variants. `go_on` is asked between the steps, none of which takes more than a second or so.
///
/// The picture is turned after it has become small: the same pixels (the filter treats both directions
/// alike), without a second copy of fifty million of them.
pub(super) fn render(
    decoded: Decoded,
    go_on: impl Fn() -> Result<(), Refusal>,
) -> Result<Developed, Refusal> {
    let Decoded {
        pixels,
        orientation,
        profile,
    } = decoded;
    let original = flatten(pixels);
    let (width, height) = upright(original.dimensions(), orientation);
    let (large_width, large_height) = fit((width, height), Size::Large);
    go_on()?;

    let lying = resize(original, upright((large_width, large_height), orientation))?;
    go_on()?;
    let mut standing = DynamicImage::ImageRgb8(to_srgb(lying, profile.as_deref()));
    standing.apply_orientation(orientation);

    let mut picture = standing.into_rgb8();
    let mut variants = Vec::with_capacity(Size::ALL.len());
    for size in [Size::Large, Size::Medium, Size::Small] {
        go_on()?;
        picture = resize(picture, fit((width, height), size))?;
        let (width, height) = picture.dimensions();
        variants.push(Rendered {
            size,
            width,
            height,
            bytes: encode(&picture)?,
        });
    }
    variants.reverse();
    Ok(Developed {
        width,
        height,
        placeholder: placeholder(picture)?,
        variants,
    })
}

/// Puts what is transparent on white, and whatever depth and colour type there was into 8-bit RGB.
fn flatten(pixels: DynamicImage) -> RgbImage {
    if !pixels.color().has_alpha() {
        return pixels.into_rgb8();
    }
    let pixels = pixels.into_rgba8();
    let mut flat = RgbImage::new(pixels.width(), pixels.height());
    for (flat, Rgba([red, green, blue, alpha])) in flat.pixels_mut().zip(pixels.pixels()) {
        *flat = Rgb([*red, *green, *blue].map(|colour| on_white(colour, *alpha)));
    }
    flat
}

fn on_white(colour: u8, alpha: u8) -> u8 {
    let (colour, alpha) = (u16::from(colour), u16::from(alpha));
    u8::try_from((colour * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

/// Width and height exchanged, if the orientation lays the picture on its side.
fn upright((width, height): (u32, u32), orientation: Orientation) -> (u32, u32) {
    match orientation {
        Orientation::Rotate90
        | Orientation::Rotate270
        | Orientation::Rotate90FlipH
        | Orientation::Rotate270FlipH => (height, width),
        Orientation::NoTransforms
        | Orientation::Rotate180
        | Orientation::FlipHorizontal
        | Orientation::FlipVertical => (width, height),
    }
}

/// The dimensions in a size: as wide as it says, never wider than the original, the same shape.
fn fit((width, height): (u32, u32), size: Size) -> (u32, u32) {
    within((width, height), size.width().min(width))
}

fn within((width, height): (u32, u32), target: u32) -> (u32, u32) {
    let scaled = u64::from(height) * u64::from(target) + u64::from(width) / 2;
    let scaled = scaled / u64::from(width.max(1));
    (target, u32::try_from(scaled).unwrap_or(height).max(1))
}

/// Lanczos3 in 8-bit RGB. The original is dropped on return.
fn resize(picture: RgbImage, (width, height): (u32, u32)) -> Result<RgbImage, Refusal> {
    let (from_width, from_height) = picture.dimensions();
    if (from_width, from_height) == (width, height) {
        return Ok(picture);
    }
    let from = Image::from_vec_u8(from_width, from_height, picture.into_raw(), PixelType::U8x3)
        .map_err(|_| Refusal::Unreadable)?;
    let mut to = Image::new(width, height, PixelType::U8x3);
    Resizer::new()
        .resize(&from, &mut to, &ResizeOptions::new())
        .map_err(|_| Refusal::Unreadable)?;
    RgbImage::from_raw(width, height, to.into_vec()).ok_or(Refusal::Unreadable)
}

/// The encoder writes what it is given: a JFIF header, tables and pixels; no EXIF, XMP, ICC or comment.
fn encode(picture: &RgbImage) -> Result<Bytes, Refusal> {
    let mut bytes = Vec::new();
    let encoder = jpeg_encoder::Encoder::new(&mut bytes, QUALITY);
    let side = |pixels| u16::try_from(pixels).map_err(|_| Refusal::Unreadable);
    encoder
        .encode(
            picture,
            side(picture.width())?,
            side(picture.height())?,
            jpeg_encoder::ColorType::Rgb,
        )
        .map_err(|_| Refusal::Unreadable)?;
    Ok(bytes.into())
}

fn placeholder(small: RgbImage) -> Result<String, Refusal> {
    let (width, height) = small.dimensions();
    let target = (width * THUMB_SIDE / width.max(height)).clamp(1, width.min(THUMB_SIDE));
    let (thumb_width, thumb_height) = within((width, height), target);
    let thumb = resize(small, (thumb_width, thumb_height.min(THUMB_SIDE)))?;
    let rgba = DynamicImage::ImageRgb8(thumb).into_rgba8();
    let [width, height] = [rgba.width(), rgba.height()].map(|side| side as usize);
    Ok(STANDARD.encode(thumbhash::rgba_to_thumb_hash(width, height, &rgba)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: Rgb<u8> = Rgb([220, 30, 30]);
    const GREEN: Rgb<u8> = Rgb([30, 200, 30]);
    const BLUE: Rgb<u8> = Rgb([30, 30, 220]);
    const GREY: Rgb<u8> = Rgb([128, 128, 128]);

    /// Upright it is 1,600 × 1,200: red and green above, blue and grey below.
    fn quarters() -> RgbImage {
        RgbImage::from_fn(1_600, 1_200, |x, y| match (x < 800, y < 600) {
            (true, true) => RED,
            (false, true) => GREEN,
            (true, false) => BLUE,
            (false, false) => GREY,
        })
    }

    fn developed(pixels: DynamicImage, orientation: Orientation) -> Developed {
        render(
            Decoded {
                pixels,
                orientation,
                profile: None,
            },
            || Ok(()),
        )
        .unwrap()
    }

    fn close(a: Rgb<u8>, b: Rgb<u8>) -> bool {
        a.0.iter().zip(b.0).all(|(a, b)| a.abs_diff(b) < 12)
    }

    #[test]
    fn all_eight_orientations_stand_upright() {
        for exif in 1..=8 {
            let orientation = Orientation::from_exif(exif).unwrap();
            // How the camera was held is undone by the orientation; so it is the orientation's inverse.
            let inverse = Orientation::from_exif(match exif {
                6 => 8,
                8 => 6,
                other => other,
            });
            let mut lying = DynamicImage::ImageRgb8(quarters());
            lying.apply_orientation(inverse.unwrap());
            let developed = developed(lying, orientation);
            assert_eq!(
                (developed.width, developed.height),
                (1_600, 1_200),
                "{exif}"
            );
            for variant in developed.variants {
                let picture = image::load_from_memory(&variant.bytes).unwrap().into_rgb8();
                let (width, height) = (variant.width, variant.height);
                assert_eq!(picture.dimensions(), (width, height));
                for (x, y, colour) in [
                    (width / 4, height / 4, RED),
                    (3 * width / 4, height / 4, GREEN),
                    (width / 4, 3 * height / 4, BLUE),
                    (3 * width / 4, 3 * height / 4, GREY),
                ] {
                    assert!(
                        close(*picture.get_pixel(x, y), colour),
                        "{exif}, {}",
                        variant.size
                    );
                }
            }
        }
    }

    #[test]
    fn variants_are_as_wide_as_their_size_says_and_never_enlarged() {
        let dimensions = |width, height| {
            let photo = DynamicImage::new_rgb8(width, height);
            let developed = developed(photo, Orientation::NoTransforms);
            let sizes: Vec<_> = developed
                .variants
                .iter()
                .map(|variant| variant.size)
                .collect();
            assert_eq!(sizes, Size::ALL);
            developed
                .variants
                .iter()
                .map(|v| (v.width, v.height))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            dimensions(4_000, 3_000),
            [(320, 240), (960, 720), (2_048, 1_536)]
        );
        assert_eq!(
            dimensions(500, 1_000),
            [(320, 640), (500, 1_000), (500, 1_000)]
        );
        assert_eq!(dimensions(1, 1), [(1, 1), (1, 1), (1, 1)]);
        assert_eq!(dimensions(20_000, 1), [(320, 1), (960, 1), (2_048, 1)]);
        assert_eq!(
            dimensions(1, 20_000),
            [(1, 20_000), (1, 20_000), (1, 20_000)]
        );
    }

    #[test]
    fn what_is_transparent_becomes_white() {
        for pixels in [
            DynamicImage::new_rgba8(20, 20),
            DynamicImage::new_luma_a8(20, 20),
            DynamicImage::new_rgba16(20, 20),
        ] {
            let developed = developed(pixels, Orientation::NoTransforms);
            let picture = image::load_from_memory(&developed.variants[0].bytes)
                .unwrap()
                .into_rgb8();
            assert_eq!(*picture.get_pixel(10, 10), Rgb([255; 3]));
        }
        assert_eq!(
            [on_white(100, 255), on_white(100, 0), on_white(0, 128)],
            [100, 255, 127]
        );
    }

    #[test]
    fn the_placeholder_has_the_photos_shape_and_colour() {
        let photo = DynamicImage::ImageRgb8(RgbImage::from_pixel(600, 300, RED));
        let placeholder = developed(photo, Orientation::NoTransforms).placeholder;
        let hash = STANDARD.decode(placeholder).unwrap();
        assert!(hash.len() <= 25, "{}", hash.len());
        let (red, green, blue, alpha) = thumbhash::thumb_hash_to_average_rgba(&hash).unwrap();
        assert!(
            red > 0.75 && green < 0.25 && blue < 0.25 && alpha > 0.9,
            "{red} {green} {blue}"
        );
        let ratio = thumbhash::thumb_hash_to_approximate_aspect_ratio(&hash).unwrap();
        assert!((1.6..2.4).contains(&ratio), "{ratio}");
    }

    #[test]
    fn rendering_ends_when_it_may_not_go_on() {
        let pixels = DynamicImage::new_rgb8(20, 20);
        let decoded = Decoded {
            pixels,
            orientation: Orientation::NoTransforms,
            profile: None,
        };
        assert_eq!(
            render(decoded, || Err(Refusal::TooSlow)).unwrap_err(),
            Refusal::TooSlow
        );
    }
}
