"""Families composed into products: models of a brand, each in a few variants.

Every family draws from a generator of its own, seeded by the shop's seed and the family's name, so that adding a family
leaves the products of the others as they were.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from data.demo.colours import colours, hex_of
from data.demo.phrasing import capitalised, in_words, sentence
from data.demo.specs import Attribute, Brand, Claim, Department, Family
from data.errors import AisleError
from data.records import VALUE_SEPARATOR

DETAILS_IN_TITLE = (
    "{head}, {details}",
    "{head} – {details}",
    "{head} ({details})",
)
USE_SENTENCES = ("Made for {uses}.", "Good for {uses}.", "A sound choice for {uses}.", "Handy for {uses}.")
GIFT_SENTENCES = ("A welcome gift for {gift}.", "A good gift for {gift}.")
SHARE_ON_SALE = 0.15
SHARE_SOLD_OUT = 0.04
SHARE_LOW_STOCK = 0.10
RATING_OF_AVERAGE_QUALITY = 4.25
RATING_PER_QUALITY = 0.38  # stars a standard deviation
_ATTEMPTS = 400


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product and what the shop does not show: its `quality` (standard normal) and `appeal` (popularity weight)."""

    product_id: str
    department: Department
    family: Family
    brand: Brand
    line: str
    title: str
    description: str
    price: float
    list_price: float | None
    stock: int
    attributes: dict[str, str]
    shade: str  # what the title calls the colour
    paint: str  # what it is drawn in, #rrggbb
    quality: float
    appeal: float

    @property
    def category(self) -> str:
        return self.department.category(self.family)

    @property
    def mean_rating(self) -> float:
        return float(np.clip(RATING_OF_AVERAGE_QUALITY + RATING_PER_QUALITY * self.quality, 1.5, 4.9))

    @property
    def tags(self) -> list[str]:
        gifts = [f"gift for {who}" for who in self.family.gifts]
        synonyms = [synonym.text for synonym in self.family.synonyms if synonym.condition.holds(self.attributes)]
        return list(dict.fromkeys((*synonyms, *self.family.uses, *self.family.season, *gifts)))

    @property
    def said(self) -> dict[str, str]:
        """What placeholders of the family's texts stand for."""
        return _said(self.family, self.brand, self.line, self.attributes, self.shade)


@dataclass(frozen=True, slots=True)
class _Model:
    """What the variants of one model share."""

    brand: Brand
    line: str
    attributes: dict[str, str]
    headline: str
    title_pattern: str
    level: float  # chance on the price, in logarithm
    quality: float
    appeal: float


def compose(departments: list[Department], seed: int) -> list[DemoProduct]:
    """All products, in the order of the specifications."""
    return [
        product for department in departments for family in department.families for product in
        _family_products(department, family, seed)
    ]  # fmt: skip


def slug(name: str) -> str:
    return name.replace("'", "").replace(" ", "-").lower()


def family_generator(seed: int, purpose: str, family: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), zlib.crc32(family.encode())])


def without_end(department: Department, family: Family, rng: np.random.Generator) -> Iterator[list[DemoProduct]]:
    """The variants of one model after the other; the same product comes again in time."""
    for brand, line in _models(department.brands_of(family), rng):
        model = _model(family, brand, line, rng)
        variants = int(rng.choice([1, 2, 3, 4], p=[0.4, 0.32, 0.18, 0.1]))
        yield [_variant(department, family, model, rng) for _ in range(variants)]


def _family_products(department: Department, family: Family, seed: int) -> list[DemoProduct]:
    rng = family_generator(seed, "products", family.name)
    products: dict[str, DemoProduct] = {}
    for variants in islice(without_end(department, family, rng), _ATTEMPTS):
        for product in variants:
            number = len(products) + 1
            products.setdefault(product.title, replace(product, product_id=f"{slug(family.name)}-{number:02d}"))
            if len(products) == family.products:
                return list(products.values())
    raise AisleError(f"'{family.name}' has too few variants for {family.products} products: add values or colours.")


def _models(brands: list[Brand], rng: np.random.Generator) -> Iterator[tuple[Brand, str]]:
    """Every line of every brand once in random order, then again."""
    pairs = [(brand, line) for brand in brands for line in brand.lines]
    while True:
        for at in rng.permutation(len(pairs)):
            yield pairs[at]


def _model(family: Family, brand: Brand, line: str, rng: np.random.Generator) -> _Model:
    attributes = {name: _value(attribute, rng) for name, attribute in family.attributes.items() if not attribute.by}
    attributes |= {name: "yes" if rng.random() < feature.share else "no" for name, feature in family.features.items()}
    named = [feature for feature in family.headline if attributes[feature] == "yes"]
    return _Model(
        brand=brand,
        line=line,
        attributes=attributes,
        headline=str(rng.choice(named)) + " " if named and rng.random() < 0.6 else "",
        title_pattern=DETAILS_IN_TITLE[int(rng.choice(len(DETAILS_IN_TITLE), p=[0.7, 0.18, 0.12]))],
        level=rng.normal(0, 0.16),
        quality=0.75 * rng.normal() + brand.quality,
        appeal=math.exp(rng.normal(0, 0.8)),
    )


def _value(attribute: Attribute, rng: np.random.Generator) -> str:
    values = list(attribute.values)
    if not attribute.several:
        return values[rng.integers(len(values))]
    length = int(rng.integers(min(3, len(values)), len(values) + 1))
    start = int(rng.integers(len(values) - length + 1))
    return VALUE_SEPARATOR.join(values[start : start + length])


def _variant(department: Department, family: Family, model: _Model, rng: np.random.Generator) -> DemoProduct:
    attributes = model.attributes | {
        name: _value(family.attributes[name], rng) for name in family.shown if name in family.attributes
        and not family.attributes[name].by
    }  # fmt: skip
    for name, attribute in family.attributes.items():
        if attribute.by:
            attributes[name] = attribute.given[attributes[attribute.by]]
    colour = str(rng.choice(family.colours or family.tint))
    shade = str(rng.choice(list(colours()[colour].shades)))
    if family.colours:
        attributes = {"colour": colour} | attributes
    said = _said(family, model.brand, model.line, attributes, shade)
    price = _price(family, model, attributes)
    list_price = _ending(price * rng.uniform(1.12, 1.45)) if rng.random() < SHARE_ON_SALE else None
    return DemoProduct(
        product_id=slug(family.name),
        department=department,
        family=family,
        brand=model.brand,
        line=model.line,
        title=_title(family, model, attributes, shade),
        description=_description(family, department.claims_of(family), attributes, said, rng),
        price=price,
        list_price=list_price if list_price and list_price > price else None,
        stock=_stock(rng),
        attributes=attributes,
        shade=shade,
        paint=hex_of(shade),
        quality=model.quality + 0.25 * rng.normal(),
        appeal=model.appeal * math.exp(rng.normal(0, 0.4)),
    )


def _title(family: Family, model: _Model, attributes: dict[str, str], shade: str) -> str:
    head = f"{model.brand.name} {model.line} {model.headline}{family.name}"
    details = [attributes[name].replace(VALUE_SEPARATOR, ", ") for name in family.shown]
    if family.colours:
        details.append(shade)
    return model.title_pattern.format(head=head, details=", ".join(details)) if details else head


def _said(family: Family, brand: Brand, line: str, attributes: dict[str, str], shade: str) -> dict[str, str]:
    built_in = {"brand": brand.name, "line": line, "name": family.name}
    return attributes | built_in | ({"colour": shade} if family.colours else {})


def _description(
    family: Family, claims: list[Claim], attributes: dict[str, str], said: dict[str, str], rng: np.random.Generator
) -> str:
    """An opening, one to three claims that hold, and at times what it is for: 2 to 5 sentences."""
    claims = sayable(claims, attributes)
    chosen = rng.permutation(len(claims))[: int(rng.integers(1, 4))]
    parts = [str(rng.choice(family.intro)), *(str(rng.choice(claims[at].say)) for at in sorted(chosen))]
    if len(parts) < 3 or rng.random() < 0.35:
        parts.append(_purpose(family, rng))
    return " ".join(sentence(part, said) for part in parts)


def sayable(claims: list[Claim], attributes: dict[str, str]) -> list[Claim]:
    return [claim for claim in claims if claim.say and claim.condition.holds(attributes)]


def _purpose(family: Family, rng: np.random.Generator) -> str:
    if family.gifts and rng.random() < 0.35:
        return str(rng.choice(GIFT_SENTENCES)).format(gift=rng.choice(family.gifts))
    chosen = sorted(rng.permutation(len(family.uses))[: int(rng.integers(1, 4))])
    uses = in_words([family.uses[at] for at in chosen])
    return capitalised(str(rng.choice(USE_SENTENCES)).format(uses=uses))


def _price(family: Family, model: _Model, attributes: dict[str, str]) -> float:
    """Brand, attributes and chance move the price away from the middle of the family's range, never out of it.

    log p = log m + h · tanh(x / h) with m the geometric middle, h half of the range in logarithm and
    x = log(brand · Π factors) + level.
    """
    low, high = family.price
    half = math.log(high / low) / 2
    shift = model.level + math.log(model.brand.price)
    for name, value in attributes.items():
        if name in family.features:
            shift += math.log(family.features[name].price) * (0.5 if value == "yes" else -0.5)
        elif name in family.attributes and value in family.attributes[name].values:
            shift += math.log(family.attributes[name].values[value])
    price = math.sqrt(low * high) * math.exp(half * math.tanh(shift / half))
    return float(min(max(_ending(price), low), high))


def _ending(price: float) -> float:
    """The price as a shop would write it: .99, .50 or .00."""
    if price >= 150:
        return round(price / 5) * 5 - (1.0 if round(price) % 2 else 0.0)
    whole = math.floor(price)
    part = price - whole
    return whole + (0.0 if part < 0.15 else 0.5 if part < 0.6 else 0.99)


def _stock(rng: np.random.Generator) -> int:
    draw = rng.random()
    if draw < SHARE_SOLD_OUT:
        return 0
    if draw < SHARE_SOLD_OUT + SHARE_LOW_STOCK:
        return int(rng.integers(1, 6))
    return int(rng.integers(6, 140))
