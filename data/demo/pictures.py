"""Product pictures: the family's drawing in the product's colour, on a soft backdrop of the same hue.

A file in `shapes/` is a fragment of SVG on a canvas of 600 × 600 that stands on y = 500. `$main`, `$dark`, `$darker`,
`$light`, `$pale` are shades of the product's colour, `$accent` is a colour that goes with it and `$ink` a dark neutral.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from string import Template

from data.demo.colours import backdrop, lighter
from data.demo.products import DemoProduct
from data.demo.specs import SHAPES

ACCENTS = ("#e0a458", "#c86b5a", "#6f9a8d", "#5f7fa3", "#d8b4a0", "#8a6f9e")
_FRAME = Template(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 600" role="img" aria-label="$label">'
    '<rect width="600" height="600" fill="$backdrop"/><circle cx="$x" cy="290" r="225" fill="#fff" opacity=".45"/>'
    '<ellipse cx="300" cy="506" rx="175" ry="16" fill="#3a3330" opacity=".13"/>'
    '<g stroke-linejoin="round" stroke-linecap="round">$drawing</g></svg>\n'
)


def draw(product: DemoProduct) -> str:
    """The picture as SVG text."""
    number = zlib.crc32(product.product_id.encode())
    paint = product.paint
    accent = ACCENTS[number % len(ACCENTS)]
    drawing = _shape(product.family.shape).substitute(
        main=paint,
        dark=lighter(paint, -0.18),
        darker=lighter(paint, -0.38),
        light=lighter(paint, 0.3),
        pale=lighter(paint, 0.6),
        accent=accent,
        ink="#34353a",
    )
    return _FRAME.substitute(
        label=product.family.name.replace("&", "and"),
        backdrop=backdrop(paint),
        x=260 + number // 7 % 80,
        drawing=drawing,
    )


def image_of(product: DemoProduct) -> str:
    """Where the picture lies, relative to the store's folder."""
    return f"media/{product.product_id}.svg"


def write_picture(product: DemoProduct, file: Path) -> None:
    file.write_text(draw(product), encoding="utf-8")


@cache
def _shape(name: str) -> Template:
    return Template((SHAPES / f"{name}.svg").read_text(encoding="utf-8").replace("\n", ""))
