"""Products of the demo store agree with themselves: every claim is an attribute."""

import re

import pytest

from data.demo.colours import colours
from data.demo.pictures import draw
from data.demo.products import DemoProduct, compose
from data.demo.reviews import Opinions
from data.demo.specs import SHAPES, Department, load_departments, shared_claims
from data.records import CATEGORY_SEPARATOR

SEED = 7
CLAIMS = {claim.when for claim in shared_claims()} | {
    "leakproof", "noise cancelling", "wireless charging", "fast charging", "non-stick", "insulated", "airtight",
    "cordless", "windproof", "blackout", "dimmable", "grain free", "fair trade", "silicone free", "no added sugar",
    "biodegradable", "frost resistant", "non-iron", "self-watering", "orthopaedic", "freestanding", "squat-proof",
}  # fmt: skip
QUANTITY = re.compile(r"\d[\d.,]*\s?(?:ml|l|L|g|kg|cm|mm|W|mAh|hours|minutes|inch|GB|TB|lumens|pieces|oz)\b")
PORTION = "100 g"  # as in "sugar per 100 g"
COLOUR_WORDS = sorted(set(colours()) - {"clear", "natural"})


@pytest.fixture(scope="module")
def departments() -> list[Department]:
    return load_departments()


@pytest.fixture(scope="module")
def products(departments: list[Department]) -> list[DemoProduct]:
    return compose(departments, SEED)


def test_the_shop_is_as_broad_as_promised(departments: list[Department], products: list[DemoProduct]) -> None:
    assert len(departments) >= 14
    assert sum(len(department.families) for department in departments) >= 130
    assert 2_700 <= len(products) <= 3_500


def test_ids_and_titles_are_unique(products: list[DemoProduct]) -> None:
    assert len({product.product_id for product in products}) == len(products)
    assert len({product.title for product in products}) == len(products)
    assert all(re.fullmatch(r"[a-z0-9-]+", product.product_id) for product in products)


def test_categories_have_three_levels(products: list[DemoProduct]) -> None:
    assert all(len(product.category.split(CATEGORY_SEPARATOR)) == 3 for product in products)


def test_prices_lie_in_the_familys_range_and_end_as_prices_do(products: list[DemoProduct]) -> None:
    for product in products:
        low, high = product.family.price
        assert low <= product.price <= high, product.title
        assert round(product.price % 1, 2) in (0.0, 0.5, 0.99), product.title
        assert product.list_price is None or product.list_price > product.price
    on_sale = sum(product.list_price is not None for product in products) / len(products)
    assert 0.10 < on_sale < 0.20


def test_dear_brands_and_attributes_cost_more(products: list[DemoProduct]) -> None:
    tents = [product for product in products if product.family.name == "camping tent"]
    mean = dict.fromkeys(("Campa", "Tarn & Fell"), 0.0)
    for brand in mean:
        prices = [tent.price for tent in tents if tent.brand.name == brand]
        mean[brand] = sum(prices) / len(prices)
    assert mean["Campa"] < mean["Tarn & Fell"]


def test_some_are_sold_out_and_some_nearly(products: list[DemoProduct]) -> None:
    sold_out = sum(product.stock == 0 for product in products) / len(products)
    low = sum(0 < product.stock <= 5 for product in products) / len(products)
    assert 0.02 < sold_out < 0.07
    assert 0.06 < low < 0.15


def test_a_title_names_brand_kind_and_colour(products: list[DemoProduct]) -> None:
    for product in products:
        assert product.title.startswith(product.brand.name)
        assert product.family.name in product.title
        if colour := product.attributes.get("colour"):
            assert colour in product.title


def test_descriptions_are_two_to_five_whole_sentences(products: list[DemoProduct]) -> None:
    for product in products:
        assert "{" not in product.description, product.description
        assert product.description.endswith((".", "!", "?"))
        assert 2 <= len(re.findall(r"[.!?:](?=\s|$)", product.description)) <= 9, product.description


def test_a_description_claims_only_what_an_attribute_says(products: list[DemoProduct]) -> None:
    for product in products:
        assert not _unbacked(product, product.description), (product.title, product.description)


def test_tags_promise_nothing_either(products: list[DemoProduct]) -> None:
    for product in products:
        assert not _unbacked(product, " / ".join(product.tags)), (product.title, product.tags)


def test_praise_is_of_what_the_product_has(products: list[DemoProduct]) -> None:
    for product in products:
        for text in Opinions.of(product).praises:
            assert not _unbacked(product, text), (product.title, text)


def test_complaints_never_contradict_a_feature(products: list[DemoProduct]) -> None:
    """A complaint that something is lacking is heard only where it is lacking."""
    for product in products:
        said = set(Opinions.of(product).gripes)
        for claim in product.department.claims_of(product.family):
            if claim.lack and claim.condition.holds(product.attributes):
                assert not said & set(claim.lack), product.title


def test_every_product_can_be_praised_and_faulted(products: list[DemoProduct]) -> None:
    for product in products:
        opinions = Opinions.of(product)
        assert len(opinions.praises) >= 3, product.title
        assert len(opinions.gripes) >= 3, product.title


def test_a_description_names_no_other_colour(products: list[DemoProduct]) -> None:
    for product in products:
        if "colour" in product.attributes:
            rest = _without_own_values(product, product.description)
            intro = rest.split(". ")[0]
            assert not [word for word in COLOUR_WORDS if re.search(rf"\b{word}\b", intro)], product.description


def test_the_same_seed_gives_the_same_products(departments: list[Department], products: list[DemoProduct]) -> None:
    assert compose(departments, SEED) == products
    assert compose(departments[:1], SEED) == products[: len(compose(departments[:1], SEED))]
    assert compose(departments[:1], SEED + 1) != compose(departments[:1], SEED)


def test_pictures_take_the_products_colour_and_familys_shape(products: list[DemoProduct]) -> None:
    used = {product.family.shape for product in products}
    assert len(used) >= 25
    assert used == {drawing.stem for drawing in SHAPES.glob("*.svg")}
    for product in products[::40]:
        picture = draw(product)
        assert product.paint in picture
        assert "$" not in picture


def _unbacked(product: DemoProduct, text: str) -> list[str]:
    """Features and quantities that a text names and the attributes do not."""
    rest = _without_own_values(product, text)
    features = [claim for claim in CLAIMS if re.search(rf"\b{re.escape(claim)}\b", rest)]
    backed = [name for name, value in product.attributes.items() if value == "yes"]
    features = [claim for claim in features if not any(claim in name for name in backed)]
    quantities = [
        quantity
        for quantity in QUANTITY.findall(text)
        if quantity != PORTION and not any(quantity in value for value in product.attributes.values())
    ]
    return features + quantities


def _without_own_values(product: DemoProduct, text: str) -> str:
    own = [name if value == "yes" else value for name, value in product.attributes.items()]
    rest = text.lower()
    for known in sorted([*own, product.family.name, product.shade], key=len, reverse=True):
        rest = rest.replace(known.lower(), "…")
    return rest
