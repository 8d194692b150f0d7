"""From an uploaded file to a small PNG that holds the pixels of a logo and nothing else."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from io import BytesIO

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from clinic.country.shown import shown_number
from clinic.models.logo import FITS_INTO

MEGABYTE = 1024 * 1024
LARGEST_UPLOAD = 2 * MEGABYTE
SHORTEST_SIDE, LONGEST_SIDE = 24, 4000
STEEPEST = 12
LARGEST_KEPT = 100 * 1024
N_COLOURS = 256
FORMATS = ("PNG", "JPEG")


@dataclass(frozen=True)
class Picture:
    """A logo as it is kept."""

    png: bytes
    width: int
    height: int


# How Pillow's decoders fail over a file that is damaged or of another kind; anything else is our own fault.
BROKEN = (OSError, SyntaxError, ValueError, TypeError, EOFError, IndexError, KeyError, struct.error, zlib.error)


def read_logo(upload: File[bytes]) -> Picture:
    """The picture in an uploaded file; ValidationError says what to do about one that cannot be used."""
    if (upload.size or 0) > LARGEST_UPLOAD:
        size = shown_number((upload.size or 0) / MEGABYTE, 1)
        raise ValidationError(_("The file is %(size)s MB. Use one of up to 2 MB.") % {"size": size})
    upload.seek(0)
    return picture_of(upload.read())


def picture_of(content: bytes) -> Picture:
    """The picture in the bytes of a PNG or JPEG."""
    image = _opened(content)
    try:
        image.load()
        pixels = _without_the_rest(image)
    except BROKEN as error:
        raise ValidationError(
            _("The picture is damaged or not complete. Save it again, then upload it.")
        ) from error
    pixels.thumbnail(FITS_INTO, Image.Resampling.LANCZOS)
    return Picture(_written(pixels), *pixels.size)


def _opened(content: bytes) -> Image.Image:
    """The file with its head read: how large the picture is is known before anything is unpacked."""
    too_large = ValidationError(
        _("The picture has too many pixels. Use one of at most %(longest)s by %(longest)s pixels.")
        % {"longest": LONGEST_SIDE}
    )
    try:
        image = Image.open(BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise too_large from error
    except BROKEN as error:
        raise ValidationError(_("This is not a PNG or JPEG picture. Save the logo as PNG or JPEG.")) from error
    if max(image.size) > LONGEST_SIDE:
        raise too_large
    if min(image.size) < SHORTEST_SIDE:
        words = _("The picture is %(width)s by %(height)s pixels. Use one of at least %(shortest)s on each side.")
        width, height = image.size
        raise ValidationError(words % {"width": width, "height": height, "shortest": SHORTEST_SIDE})
    if max(image.size) > STEEPEST * min(image.size):
        raise ValidationError(_("The picture is too long and narrow. Cut off what is empty around the logo."))
    return image


def _without_the_rest(image: Image.Image) -> Image.Image:
    """The pixels alone, the right way up: no place, no comment, no second frame, no thumbnail."""
    upright = ImageOps.exif_transpose(image)
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    if upright.mode.startswith("I"):
        # 16 bits of grey; Pillow would cut off what is brighter than 255.
        upright = upright.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    pixels = Image.new(mode, upright.size)
    pixels.paste(upright.convert(mode))
    return pixels


def _written(pixels: Image.Image) -> bytes:
    """As PNG, with fewer colours where all of them would make each mail heavy."""
    written = _png(pixels)
    if len(written) > LARGEST_KEPT:
        written = _png(pixels.quantize(N_COLOURS, method=Image.Quantize.FASTOCTREE))
    return written


def _png(pixels: Image.Image) -> bytes:
    buffer = BytesIO()
    pixels.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
