"""Brands asked for that no product bears, and those that are only spoken of."""

import pytest

from assistant.understanding.brands import not_carried


def asked(message: str, catalogue) -> list[str]:  # type: ignore[no-untyped-def]
    return [brand.called for brand in not_carried(message, catalogue)]


@pytest.mark.parametrize(
    ("message", "brands"),
    [
        ("do you have Reebok?", ["Reebok"]), ("reebok shoes", ["Reebok"]), ("有锐步的鞋吗", ["锐步"]),
        ("有樂高的積木嗎", ["樂高"]), ("do you have Nike?", []),
        ("Adidas or Puma", ["Adidas", "Puma"]), ("anything by Apple?", ["Apple"]), ("有苹果牌的耳机吗", ["苹果"]),
        ("a Levi's belt", ["Levi's"]), ("loreal shampoo", []), ("L'Oreal shampoo", ["L'Oréal"]),
        ("a strap for my Garmin", []), ("something like Reebok", []), ("适合佳能的包", []), ("not Reebok", []),
        ("apple flavour", []), ("a tiger mug", []), ("nikel plated", []), ("小米粥", []),
    ],
)  # fmt: skip
def test_well_known_brands(message: str, brands: list[str], catalogue) -> None:  # type: ignore[no-untyped-def]
    assert asked(message, catalogue) == brands


def test_a_brand_that_is_here_is_not_missed(catalogue) -> None:  # type: ignore[no-untyped-def]
    brand = next(name for name in catalogue.brands if name)
    assert asked(f"anything by {brand}", catalogue) == []
