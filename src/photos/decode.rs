// SPDX-License-Identifier: EUPL-1.2

//! From a stranger's bytes to pixels, under limits that hold before anything is allocated.

use std::io::Cursor;

use image::{
    DynamicImage, ImageDecoder, ImageError,
    codecs::{jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder},
    metadata::Orientation,
};

use super::outline::{Format, Outline, outline};
use crate::config::PhotosConfig;

/// What a photo may cost. All of it is checked on the file's own claims first, and enforced again while
/// decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of the uploaded file.
    pub bytes: usize,
    /// Width times height.
    pub pixels: u64,
    /// Width or height, in pixels.
    pub side: u32,
    /// Of the decoded pixels in memory, and again of the decoder's own tables.
    pub decoded_bytes: u64,
    /// How often a decoder may go over the whole picture. A progressive JPEG has about ten scans;
    /// thousands of empty ones are a way to burn an hour of computing time with a small file.
    pub passes: u32,
}

impl Limits {
    /// What the administrator allows, and what follows from it.
    pub fn of(config: &PhotosConfig) -> Self {
        let pixels = u64::from(config.max_megapixels) * 1_000_000;
        Self {
            bytes: config.max_bytes,
            pixels,
            side: 20_000,
            // Four bytes a pixel (with transparency), and a fifth for tables.
            decoded_bytes: pixels * 5,
            passes: 64,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::of(&PhotosConfig::default())
    }
}

/// Why a file is not taken as a photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the file is neither JPEG, PNG nor WebP")]
    UnsupportedType,
    #[error("the file is larger than {max} bytes")]
    TooManyBytes { max: usize },
    #[error("{width} × {height} pixels are more than {max}, or one side is longer than {max_side}")]
    TooManyPixels {
        width: u32,
        height: u32,
        max: u64,
        max_side: u32,
    },
    #[error("the file ends too early")]
    Truncated,
    #[error("the file is damaged")]
    Unreadable,
    #[error("the file takes too long to decode")]
    TooSlow,
}

/// A decoded picture as it stands in the file: neither upright nor in our colours yet.
pub(super) struct Decoded {
    pub(super) pixels: DynamicImage,
    pub(super) orientation: Orientation,
    /// The ICC profile that says what the numbers of `pixels` mean; sRGB without one.
    pub(super) profile: Option<Vec<u8>>,
}

/// Decodes a JPEG, PNG or WebP; of an animation its first frame.
///
/// Takes up to a second and about eight bytes of memory a pixel: to be called on a thread that may block.
pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Decoded, Refusal> {
    if bytes.len() > limits.bytes {
        return Err(Refusal::TooManyBytes { max: limits.bytes });
    }
    let outline = outline(bytes)?;
    check(&outline, limits)?;
    decode_as(outline.format, bytes, limits).map_err(|error| refusal(&error, &outline, limits))
}

/// Holds a file's claims against the limits.
fn check(outline: &Outline, limits: &Limits) -> Result<(), Refusal> {
    let &Outline {
        width,
        height,
        passes,
        whole,
        ..
    } = outline;
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > limits.side || pixels > limits.pixels {
        Err(too_many_pixels(outline, limits))
    } else if !whole {
        Err(Refusal::Truncated)
    } else if pixels == 0 || passes > limits.passes {
        Err(Refusal::Unreadable)
    } else {
        Ok(())
    }
}

fn decode_as(format: Format, bytes: &[u8], limits: &Limits) -> Result<Decoded, ImageError> {
    let file = Cursor::new(bytes);
    match format {
        Format::Jpeg => read(JpegDecoder::new(file)?, limits),
        Format::Png => read(PngDecoder::with_limits(file, for_decoder(limits))?, limits),
        Format::WebP => read(WebPDecoder::new(file)?, limits),
    }
}

fn read(mut decoder: impl ImageDecoder, limits: &Limits) -> Result<Decoded, ImageError> {
    decoder.set_limits(for_decoder(limits))?;
    // Neither a broken orientation nor a broken profile makes a good picture bad.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().unwrap_or_default();
    for_decoder(limits).reserve(decoder.total_bytes())?;
    Ok(Decoded {
        pixels: DynamicImage::from_decoder(decoder)?,
        orientation,
        profile,
    })
}

fn for_decoder(limits: &Limits) -> image::Limits {
    let mut decoder = image::Limits::no_limits();
    decoder.max_image_width = Some(limits.side);
    decoder.max_image_height = Some(limits.side);
    decoder.max_alloc = Some(limits.decoded_bytes);
    decoder
}

fn refusal(error: &ImageError, outline: &Outline, limits: &Limits) -> Refusal {
    match error {
        ImageError::Limits(_) => too_many_pixels(outline, limits),
        ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Refusal::Truncated
        }
        _ => Refusal::Unreadable,
    }
}

fn too_many_pixels(&Outline { width, height, .. }: &Outline, limits: &Limits) -> Refusal {
    Refusal::TooManyPixels {
        width,
        height,
        max: limits.pixels,
        max_side: limits.side,
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageFormat, RgbaImage};

    use super::*;

    #[expect(clippy::cast_possible_truncation, reason = "a pattern that repeats")]
    fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let picture = RgbaImage::from_fn(width, height, |x, y| {
            image::Rgba([(x * 7) as u8, (y * 5) as u8, (x ^ y) as u8, 255])
        });
        match format {
            ImageFormat::Jpeg => DynamicImage::from(picture)
                .into_rgb8()
                .write_to(&mut file, format),
            _ => picture.write_to(&mut file, format),
        }
        .unwrap();
        file.into_inner()
    }

    fn refused(bytes: &[u8]) -> Refusal {
        decode(bytes, &Limits::default())
            .err()
            .expect("must be refused")
    }

    #[test]
    fn the_three_types_are_decoded() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let decoded = decode(&picture(40, 30, format), &Limits::default()).unwrap();
            assert_eq!(
                (decoded.pixels.width(), decoded.pixels.height()),
                (40, 30),
                "{format:?}"
            );
        }
    }

    #[test]
    fn a_sequential_picture_in_several_scans_is_refused_rather_than_shown_black() {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 82);
        encoder.set_optimized_huffman_tables(true);
        encoder
            .encode(&[200; 3 * 64 * 64], 64, 64, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        assert_eq!(refused(&file), Refusal::Unreadable);
    }

    #[test]
    fn a_progressive_picture_is_decoded() {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 82);
        encoder.set_progressive(true);
        encoder
            .encode(&[200; 3 * 64 * 64], 64, 64, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        let pixels = decode(&file, &Limits::default()).unwrap().pixels;
        assert_eq!(pixels.into_rgb8().get_pixel(9, 9).0, [200; 3]);
    }

    #[test]
    fn a_file_that_ends_early_is_refused_wherever_it_ends() {
        for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
            let file = picture(64, 48, format);
            for end in [
                file.len() / 4,
                file.len() / 2,
                file.len() - 20,
                file.len() - 1,
            ] {
                assert_eq!(
                    refused(&file[..end]),
                    Refusal::Truncated,
                    "{format:?} to {end}"
                );
            }
        }
    }

    #[test]
    fn sixty_thousand_squared_is_refused_by_its_header() {
        let mut file = picture(8, 8, ImageFormat::Png);
        file[16..20].copy_from_slice(&60_000_u32.to_be_bytes());
        file[20..24].copy_from_slice(&60_000_u32.to_be_bytes());
        let expected = Refusal::TooManyPixels {
            width: 60_000,
            height: 60_000,
            max: 50_000_000,
            max_side: 20_000,
        };
        assert_eq!(refused(&file), expected);
    }

    #[test]
    fn each_limit_holds_at_its_edge() {
        let file = picture(40, 30, ImageFormat::Png);
        let exact = Limits {
            bytes: file.len(),
            pixels: 1_200,
            side: 40,
            decoded_bytes: 1 << 20,
            passes: 1,
        };
        assert!(decode(&file, &exact).is_ok());
        let refused = |limits| decode(&file, &limits).err().unwrap();
        let max = file.len() - 1;
        assert_eq!(
            refused(Limits {
                bytes: max,
                ..exact
            }),
            Refusal::TooManyBytes { max }
        );
        for limits in [
            Limits {
                pixels: 1_199,
                ..exact
            },
            Limits { side: 39, ..exact },
            Limits {
                decoded_bytes: 40 * 30 * 4 - 1,
                ..exact
            },
        ] {
            assert!(
                matches!(refused(limits), Refusal::TooManyPixels { .. }),
                "{limits:?}"
            );
        }
    }

    #[test]
    fn thousands_of_empty_scans_are_not_decoded() {
        let mut file = Vec::new();
        let mut encoder = jpeg_encoder::Encoder::new(&mut file, 82);
        encoder.set_progressive(true);
        encoder
            .encode(&[200; 3 * 64 * 64], 64, 64, jpeg_encoder::ColorType::Rgb)
            .unwrap();
        let end = file.len() - 2;
        let scan = [0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 0, 0];
        file.splice(end..end, scan.repeat(1_000));
        assert_eq!(refused(&file), Refusal::Unreadable);
    }

    #[test]
    fn what_is_damaged_inside_is_refused_not_panicked_at() {
        for format in [ImageFormat::Png, ImageFormat::WebP] {
            let mut file = picture(64, 48, format);
            let middle = file.len() / 2;
            file[middle..middle + 16].fill(0xAA);
            assert_eq!(refused(&file), Refusal::Unreadable, "{format:?}");
        }
    }
}
