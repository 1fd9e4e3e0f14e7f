"""Two small shops for what understanding must keep to: parts for cars, and a drugstore with foods in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

from data.schema import PRODUCTS, Columns

PADS, DISCS = "Car Parts > Brakes > Brake Pads", "Car Parts > Brakes > Brake Discs"
WIPERS, OIL, COVERS = "Car Parts > Wiper Blades", "Car Parts > Engine Oil", "Interior > Seat Covers"
BATTERIES = "Car Parts > Car Batteries"
SHAMPOO, HAND_CREAM, SUN_CREAM = "Hair > Shampoo", "Skin > Hand Cream", "Skin > Sun Cream"
TOOTHPASTE, BARS, NAPPIES = "Oral Care > Toothpaste", "Snacks > Cereal Bars", "Baby > Nappies"

Row = dict[str, object]


def row(product_id: str, title: str, category: str, price: float, **more: object) -> Row:
    """A row of the products; the first word of the title is its brand."""
    attributes = more.pop("attributes", {})
    assert isinstance(attributes, dict)
    columns = {
        Columns.Product: product_id,
        Columns.Title: title,
        Columns.Category: category,
        Columns.Price: price,
        Columns.Brand: title.split(maxsplit=1)[0],
        Columns.Attributes: list(attributes.items()),
    }
    return dict.fromkeys(PRODUCTS.names) | columns | more


def _judged(rows: Iterator[Row] | list[Row]) -> list[Row]:
    """With ratings from 3 to 4.8 and every fifth product out of stock."""
    return [
        each | {Columns.Rating: 3 + place * 7 % 10 / 5, Columns.RatingCount: 10 + place, Columns.Stock: place % 5}
        for place, each in enumerate(rows)
    ]


def _car_parts() -> Iterator[Row]:
    for n, (brand, side, made) in enumerate(
        product(("Corvan", "Rudd", "Ostra"), ("front", "rear"), ("ceramic", "organic"))
    ):
        attributes = {"material": made, "position": side}
        yield row(f"pad-{n}", f"{brand} {side} brake pads, {made}", PADS, 22.5 + 4 * n, attributes=attributes)
    for n, (brand, mm) in enumerate(product(("Corvan", "Rudd", "Ostra"), (256, 280, 300, 312))):
        yield row(
            f"disc-{n}", f"{brand} brake discs, {mm} mm", DISCS, 48.0 + 5 * n, attributes={"diameter": f"{mm} mm"}
        )
    for n, (brand, cm) in enumerate(product(("Helmar", "Ostra", "Rudd"), (35, 45, 60, 65))):
        yield row(f"wiper-{n}", f"{brand} wiper blade, {cm} cm", WIPERS, 7.0 + n, attributes={"length": f"{cm} cm"})
    for n, (brand, grade) in enumerate(product(("Helmar", "Rudd", "Corvan"), ("5W-30", "0W-20", "10W-40", "5W-40"))):
        attributes = {"viscosity": grade, "fully synthetic": "no" if grade == "10W-40" else "yes"}
        yield row(f"oil-{n}", f"{brand} engine oil {grade}", OIL, 14.0 + 3 * n, attributes=attributes)
    materials, colours = ("sheepskin", "polyester", "leather"), ("black", "navy", "blue", "red")
    for n, (made, colour) in enumerate(product(materials, colours)):
        brand = ("Ostra", "Rudd", "Corvan")[n % 3]
        attributes = {"colour": colour, "material": made}
        told = "Merino, warm in winter." if made == "sheepskin" else "Washable."
        yield row(f"cover-{n}", f"{brand} seat cover, {made}, {colour}", COVERS, 29.0 + 12 * n, attributes=attributes,
                  description=told)  # fmt: skip
    for n, (brand, ah) in enumerate(product(("Helmar", "Rudd"), (44, 60, 74, 80, 95))):
        attributes = {"capacity": f"{ah} ah", "weight": f"{ah // 4} kg"}
        yield row(f"battery-{n}", f"{brand} car battery, {ah} Ah", BATTERIES, 60.0 + 7 * n, attributes=attributes)


SNACKS: Final = (  # title, what its listing states, what is written of it
    ("Haver oat bar with fig", {"contains nuts": "no"}, "Nut free and baked in the oven."),
    ("Haver bar with almond and honey", {"contains nuts": "yes"}, ""),
    ("Molke protein bar", {"contains nuts": "no"}, "Whey protein and cocoa."),
    ("Molke date bar, vegan", {"vegan": "yes", "contains nuts": "no"}, "Only dates and cocoa."),
    ("Haver crunchy bar", {"contains nuts": "no"}, "May have traces of hazelnut."),
    ("Grove apple bar", {"contains nuts": "no", "vegan": "yes"}, "Apple, oats, without nuts."),
    ("Grove pecan bar", {"contains nuts": "yes", "vegan": "yes"}, ""),
    ("Grove seed bar", {"contains nuts": "no", "vegan": "yes"}, "Sunflower seeds and tahini."),
    ("Molke milk bar", {"contains nuts": "no"}, ""),
    ("Haver rye bar", {"contains nuts": "no"}, "With raisins."),
    ("Grove rice bar", {"contains nuts": "no", "vegan": "yes"}, "Gluten free."),
    ("Molke marzipan bar", {"contains nuts": "yes"}, ""),
)


def _drugstore() -> Iterator[Row]:
    kinds = ("for dry hair", "for fine hair", "anti-dandruff", "unscented")
    for n, (brand, kind) in enumerate(product(("Linden", "Bregel", "Ona"), kinds)):
        scented = kind != "unscented"
        attributes = {"volume": f"{(200, 250, 400)[n % 3]} ml", "sulphate free": "yes" if n % 2 else "no"}
        told = "With perfume." if scented else "Fragrance free, for sensitive scalps."
        yield row(f"shampoo-{n}", f"{brand} shampoo {kind}", SHAMPOO, 3.5 + n, attributes=attributes, description=told)
    for n, (brand, ml) in enumerate(product(("Bregel", "Ona", "Linden"), (30, 50, 75, 100))):
        told = "Made with almond oil." if brand == "Bregel" else "Shea, and nothing else."
        yield row(f"cream-{n}", f"{brand} hand cream, {ml} ml", HAND_CREAM, 2.9 + n, attributes={"volume": f"{ml} ml"},
                  description=told)  # fmt: skip
    for n, (brand, spf) in enumerate(product(("Ona", "Bregel", "Linden"), (15, 20, 30, 50))):
        attributes = {"volume": f"{(100, 200)[n % 2]} ml", "sun protection": str(spf)}
        yield row(f"sun-{n}", f"{brand} sun cream SPF {spf}", SUN_CREAM, 8.0 + n, attributes=attributes)
    for n, (brand, taste) in enumerate(
        product(("Dentara", "Ona", "Weiss"), ("mint", "strawberry", "cinnamon", "lemon"))
    ):
        yield row(f"paste-{n}", f"{brand} toothpaste, {taste}", TOOTHPASTE, 1.5 + n / 4, attributes={"flavour": taste})
    for n, (title, attributes, told) in enumerate(SNACKS):
        yield row(f"bar-{n}", title, BARS, 1.2 + n / 5, attributes=attributes, description=told)
    for n, (brand, size) in enumerate(product(("Pipin", "Lulla"), (1, 2, 3, 4, 5))):
        yield row(f"nappy-{n}", f"{brand} nappies size {size}", NAPPIES, 9.0 + n, attributes={"size": str(size)})


CAR_PARTS: Final = _judged(_car_parts())
DRUGSTORE: Final = _judged(_drugstore())
