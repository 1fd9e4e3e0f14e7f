"""Shoppers of the demo store: what each likes, spends, owns and uses. README.md gives the formulas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

TASTE_DIMENSIONS = 8
SHOPPERS = 2_000

REGIONS = {"Northeast": 0.2, "Midwest": 0.22, "South": 0.33, "West": 0.2, "Canada": 0.05}
DEVICES = ("mobile", "desktop", "tablet")
CHANNELS = {"search": 0.38, "direct": 0.24, "email": 0.16, "social": 0.14, "ads": 0.08}
TRAITS = {
    "women": 0.56,
    "men": 0.44,
    "parents": 0.3,
    "new parents": 0.1,
    "dog owners": 0.28,
    "cat owners": 0.22,
    "gardeners": 0.3,
    "hikers": 0.28,
    "cooks": 0.4,
    "runners": 0.2,
    "travellers": 0.35,
    "office workers": 0.45,
    "gamers": 0.2,
    "makers": 0.15,
}


@dataclass(frozen=True, slots=True)
class Shoppers:
    """Arrays over `n` shoppers.

    tastes [n, 8] standard normal; price_level [n] in logarithm, 0 is the middle of a family's range;
    brand_loyalty [n, brands] and colour_liking [n, colours], normal; activity [n] sessions in the whole period;
    strictness [n] shifts the stars given; traits: name → bool [n]; devices [n, 3] chances.
    """

    ids: list[str]
    tastes: np.ndarray
    price_level: np.ndarray
    brand_loyalty: np.ndarray
    colour_liking: np.ndarray
    activity: np.ndarray
    strictness: np.ndarray
    traits: dict[str, np.ndarray]
    regions: np.ndarray
    devices: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


def draw_shoppers(count: int, brands: int, colours: int, seed: int) -> Shoppers:
    rng = np.random.default_rng([seed, 1])
    woman = rng.random(count) < TRAITS["women"]
    traits = {trait: rng.random(count) < share for trait, share in TRAITS.items()}
    return Shoppers(
        ids=[f"u{number:04d}" for number in range(1, count + 1)],
        tastes=rng.normal(size=(count, TASTE_DIMENSIONS)),
        price_level=rng.normal(0, 0.3, count),
        brand_loyalty=rng.normal(0, 0.7, (count, brands)),
        colour_liking=rng.normal(0, 0.5, (count, colours)),
        activity=rng.poisson(rng.lognormal(np.log(16), 0.65, count)),
        strictness=rng.normal(0, 0.25, count),
        traits=traits | {"women": woman, "men": ~woman},
        regions=rng.choice(list(REGIONS), p=list(REGIONS.values()), size=count),
        devices=rng.dirichlet([2.8, 1.9, 0.5], count),
    )
