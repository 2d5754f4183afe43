// SPDX-License-Identifier: EUPL-1.2

//! Pictures made for the tests, and the form that carries them.

use std::io::Cursor;

use exif::{Field, In, Rational, Tag, Value, experimental::Writer};
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, metadata::Orientation};

/// A form with these fields; the photo is a file.
pub(super) fn form(parts: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let fields: Vec<_> = parts
        .iter()
        .map(|(name, content)| (*name, (*name == "photo").then_some("IMG_1.jpg"), *content))
        .collect();
    crate::world::form(&fields)
}

/// Red and green above, blue and grey below.
pub(super) const QUARTERS: [Rgb<u8>; 4] = [
    Rgb([220, 30, 30]),
    Rgb([30, 200, 30]),
    Rgb([30, 30, 220]),
    Rgb([128, 128, 128]),
];

pub(super) fn quarters(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        let right = usize::from(x >= width / 2);
        let below = usize::from(y >= height / 2);
        QUARTERS[right + 2 * below]
    })
}

pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&quarters(width, height).into(), ImageFormat::Jpeg)
}

pub(super) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("a picture");
    file.into_inner()
}

/// A phone's photograph: the picture lies as `orientation` says (1 to 8), and the file tells where it was
/// taken and with what, in EXIF, in XMP and in a comment.
pub(super) fn from_a_phone(upright: &RgbImage, orientation: u16) -> Vec<u8> {
    let mut lying = DynamicImage::ImageRgb8(upright.clone());
    // The orientation says how to undo what the camera did: 6 undoes 8, the others themselves.
    let inverse = match orientation {
        6 => 8,
        8 => 6,
        other => u8::try_from(other).expect("1 to 8"),
    };
    lying.apply_orientation(Orientation::from_exif(inverse).expect("1 to 8"));
    let plain = encoded(&lying, ImageFormat::Jpeg);
    let xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>Feuerwache 1</x:xmpmeta>";
    let mut file = plain[..2].to_vec();
    for (marker, content) in [
        (0xE1, [&b"Exif\0\0"[..], &exif(orientation)].concat()),
        (0xE1, xmp.to_vec()),
        (0xFE, b"a comment".to_vec()),
    ] {
        let length = u16::try_from(content.len() + 2).expect("a short segment");
        file.extend([0xFF, marker]);
        file.extend(length.to_be_bytes());
        file.extend(content);
    }
    file.extend(&plain[2..]);
    file
}

fn exif(orientation: u16) -> Vec<u8> {
    let field = |tag, value| Field {
        tag,
        ifd_num: In::PRIMARY,
        value,
    };
    let degrees = |degrees| {
        let whole = |num| Rational { num, denom: 1 };
        Value::Rational(vec![whole(degrees), whole(49), whole(58)])
    };
    let fields = [
        field(Tag::Orientation, Value::Short(vec![orientation])),
        field(Tag::Model, Value::Ascii(vec![b"Telefon 9".to_vec()])),
        field(Tag::GPSLatitudeRef, Value::Ascii(vec![b"N".to_vec()])),
        field(Tag::GPSLatitude, degrees(50)),
        field(Tag::GPSLongitudeRef, Value::Ascii(vec![b"E".to_vec()])),
        field(Tag::GPSLongitude, degrees(12)),
    ];
    let mut writer = Writer::new();
    for field in &fields {
        writer.push_field(field);
    }
    let mut bytes = Cursor::new(Vec::new());
    writer.write(&mut bytes, false).expect("EXIF");
    bytes.into_inner()
}

/// A real PNG whose header claims 60,000 × 60,000 pixels.
pub(super) fn enormous_png() -> Vec<u8> {
    let mut file = encoded(&quarters(8, 8).into(), ImageFormat::Png);
    for at in [16, 20] {
        file[at..at + 4].copy_from_slice(&60_000_u32.to_be_bytes());
    }
    file
}
