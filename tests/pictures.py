"""Pictures made for tests."""

from __future__ import annotations

import random
from io import BytesIO
from typing import Any

from PIL import Image


def picture(width: int = 300, height: int = 90, *, mode: str = "RGB", kind: str = "PNG", **more: Any) -> bytes:
    """A picture of one colour in a format."""
    buffer = BytesIO()
    colour: Any = {
        "RGB": (15, 110, 98),
        "RGBA": (15, 110, 98, 128),
        "L": 90,
        "CMYK": (0, 80, 80, 0),
        "I;16": 40000,
    }
    Image.new(mode, (width, height), colour.get(mode, 1)).save(buffer, kind, **more)
    return buffer.getvalue()


def noise(width: int = 1200, height: int = 400) -> bytes:
    """A picture that no format makes small."""
    image = Image.frombytes("RGB", (width, height), random.Random(7).randbytes(width * height * 3))
    buffer = BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def opened(png: bytes) -> Image.Image:
    """A picture, read."""
    image = Image.open(BytesIO(png))
    image.load()
    return image
