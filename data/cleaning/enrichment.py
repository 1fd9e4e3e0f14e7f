"""Colour and material that a product's words state, as attributes."""

from __future__ import annotations

import re
from collections.abc import Iterable

import pandas as pd

from data.cleaning.attributes import join_values
from data.lexicon import Lexicon, load
from data.records import VALUE_SEPARATOR
from data.schema import Columns

COLOUR = "colour"
MATERIAL = "material"
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)\s?%\s?([A-Za-z]+(?:[ -][A-Za-z]+)?)")
_LEAST_SHARE = 5.0


def enrich(products: pd.DataFrame) -> pd.DataFrame:
    """Fill `colour` and `material` of each product's attributes; what the shop states in options comes first."""
    colours, materials = load("colours"), load("materials")
    columns = (Columns.Title, Columns.Description, Columns.Brand, Columns.Tags, Columns.Attributes)
    enriched = []
    for title, description, brand, tags, attributes in zip(*(products[name] for name in columns), strict=True):
        named = title.replace(brand, " ") if brand else title  # "Red Bull" and "Off-White" are brands
        found = dict(attributes)
        for name, lexicon in ((COLOUR, colours), (MATERIAL, materials)):
            values = _stated(found.get(name, ""), lexicon)
            if not values and name == MATERIAL:
                values = [*_tagged(tags, lexicon), *lexicon.in_title(named), *_composition(description, lexicon)]
            values = values or _tagged(tags, lexicon) or lexicon.in_title(named)
            if values:
                found[name] = join_values(values)
        enriched.append(found)
    return products.assign(**{Columns.Attributes: pd.Series(enriched, index=products.index, dtype=object)})


def _stated(value: str, lexicon: Lexicon) -> list[str]:
    """The shop's own values under canonical names; a value that no lexicon knows stays, in lower case."""
    parts = [part.strip() for part in value.split(VALUE_SEPARATOR) if part.strip()]
    return list(dict.fromkeys(name for part in parts for name in lexicon.in_value(part) or [part.lower()]))


def _tagged(tags: Iterable[str], lexicon: Lexicon) -> list[str]:
    return list(dict.fromkeys(name for tag in tags if lexicon.is_only(tag) for name in lexicon.in_value(tag)))


def _composition(description: str, lexicon: Lexicon) -> list[str]:
    """`60% Polyester, 35% Viscose`, less what is only a trace."""
    if "%" not in description:
        return []
    shares = [(float(share), material) for share, material in _SHARE.findall(description)]
    named = (name for share, material in shares if share >= _LEAST_SHARE for name in _first_known(material, lexicon))
    return list(dict.fromkeys(named))


def _first_known(words: str, lexicon: Lexicon) -> list[str]:
    return lexicon.in_value(words) or lexicon.in_value(words.split(maxsplit=1)[0])
