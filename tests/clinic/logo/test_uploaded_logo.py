"""An uploaded file becomes a small PNG with nothing but pixels in it, or is refused in a sentence."""

from __future__ import annotations

import struct
import zlib

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, PngImagePlugin

from clinic.logo.uploaded_logo import LARGEST_KEPT, LARGEST_UPLOAD, picture_of, read_logo
from tests.pictures import noise, opened, picture

SECRET = b"GPSLatitude-4711"


def with_text() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    return picture(pnginfo=info)


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    return picture(kind="JPEG", exif=exif)


def turned() -> bytes:
    """Taken with the telephone upright: the pixels lie on their side, and a tag says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture(400, 100, kind="JPEG", exif=exif)


def bomb() -> bytes:
    """A PNG that says it has 50,000 by 50,000 pixels, in a few bytes."""
    head = struct.pack("!IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10))
        + chunk(b"IEND", b"")
    )


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack("!I", len(content)) + kind + content + struct.pack("!I", zlib.crc32(kind + content))


@pytest.mark.parametrize(
    "content",
    [
        with_text(),
        with_exif(),
        picture() + SECRET,
        picture(kind="JPEG", comment=SECRET),
        picture(icc_profile=SECRET),
    ],
    ids=["text", "exif", "after the end", "comment", "colour profile"],
)
def test_nothing_but_pixels_travels(content):
    assert SECRET in content or b"iCCP" in content
    found = picture_of(content)
    assert SECRET not in found.png
    kinds = set()
    rest = found.png[8:]
    while rest:
        (length,) = struct.unpack("!I", rest[:4])
        kinds.add(rest[4:8])
        rest = rest[12 + length :]
    assert kinds <= {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}


@pytest.mark.parametrize(
    "content",
    [
        *(picture(mode=mode) for mode in ("1", "L", "P", "RGB", "RGBA", "LA", "I;16")),
        *(picture(mode=mode, kind="JPEG") for mode in ("L", "RGB", "CMYK")),
    ],
)
def test_every_kind_of_png_and_jpeg_is_read(content):
    found = picture_of(content)
    image = opened(found.png)
    assert (image.format, image.size) == ("PNG", (found.width, found.height)) == ("PNG", (300, 90))


def test_what_is_seen_through_stays_so():
    assert opened(picture_of(picture(mode="RGBA")).png).convert("RGBA").getpixel((5, 5)) == (15, 110, 98, 128)


def test_grey_of_16_bits_keeps_its_brightness():
    assert opened(picture_of(picture(mode="I;16")).png).convert("L").getpixel((5, 5)) == 40000 // 256


def test_a_picture_on_its_side_is_turned():
    found = picture_of(turned())
    assert found.height > found.width


def test_a_large_one_is_made_to_fit():
    found = picture_of(picture(3900, 1300))
    assert (found.width, found.height) == (600, 200)


def test_a_heavy_one_gets_fewer_colours():
    found = picture_of(noise())
    assert len(found.png) <= LARGEST_KEPT * 1.5
    assert opened(found.png).mode == "P"


def test_a_second_frame_is_left_behind():
    frames = [Image.new("RGB", (100, 50), colour) for colour in ("red", "blue")]
    found = picture_of(picture(100, 50, save_all=True, append_images=frames))
    assert b"acTL" not in found.png


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a PNG or JPEG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a PNG or JPEG"),
        (b"GIF89a" + b"\0" * 50, "not a PNG or JPEG"),
        (b"%PDF-1.7", "not a PNG or JPEG"),
        (picture(kind="GIF"), "not a PNG or JPEG"),
        (picture(kind="TIFF"), "not a PNG or JPEG"),
        (picture(kind="WEBP"), "not a PNG or JPEG"),
        (noise()[:3000], "damaged"),
        (picture(kind="JPEG")[:250], "PNG or JPEG|damaged"),
        (bomb(), "at most 4000 by 4000"),
        (picture(4001, 400), "at most 4000 by 4000"),
        (picture(20, 20), "20 by 20 pixels. Use one of at least 24"),
        (picture(1300, 100), "too long and narrow"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_sentence(content, words):
    with pytest.raises(ValidationError, match=words):
        picture_of(content)


def test_a_large_file_is_refused_before_it_is_read():
    upload = SimpleUploadedFile("logo.png", picture() + b"\0" * LARGEST_UPLOAD)
    with pytest.raises(ValidationError, match=r"The file is 2\.0 MB"):
        read_logo(upload)
