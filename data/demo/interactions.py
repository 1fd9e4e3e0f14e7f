"""Sessions of the shoppers, drawn from the latent model of README.md: views, carts, purchases, ratings."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa

from data.demo.products import DemoProduct
from data.demo.shoppers import CHANNELS, DEVICES, TASTE_DIMENSIONS, Shoppers
from data.demo.specs import Family
from data.schema import INTERACTIONS

START = datetime(2025, 5, 1, tzinfo=UTC)
END = datetime(2026, 11, 1, tzinfo=UTC)  # exclusive
DAYS = (END - START).days
DAY_S = 86_400

MONTHS_OF = {
    "spring": {3, 4, 5},
    "summer": {6, 7, 8},
    "autumn": {9, 10, 11},
    "winter": {12, 1, 2},
    "christmas": {11, 12},
}
IN_SEASON, OFF_SEASON = 0.8, -0.7
IS_BUYER, NO_BUYER = 1.3, -1.6
MONTH_TRAFFIC = {1: 0.9, 2: 0.85, 3: 0.95, 4: 1, 5: 1, 6: 0.95, 7: 0.9, 8: 0.95, 9: 1, 10: 1.05, 11: 1.45, 12: 1.5}
WEEKDAY_TRAFFIC = (1.0, 0.95, 0.95, 0.97, 0.9, 1.15, 1.3)  # Monday first
PEAK_HOURS = {"mobile": (8, 13, 21), "desktop": (11, 15, 20), "tablet": (20, 21, 10)}
BUY_BY_DEVICE = {"mobile": -0.25, "desktop": 0.25, "tablet": 0.1}
PRICE_TOLERANCE = 0.45  # in logarithm of the price
COMPLEMENT_CHANCE = 0.16
AGAIN_CHANCE, SAME_AGAIN = 0.7, 0.75
RATES_CHANCE = 0.62
STARS_SPREAD = 0.8
BAD_LUCK_CHANCE, BAD_LUCK_STARS = 0.07, 2.4
NEW_SHARE = 0.15  # of products that were launched during the period


@dataclass(frozen=True, slots=True)
class Ratings:
    """The stars given, one entry a rating: shopper's id, product's row, stars, seconds since 1970."""

    users: np.ndarray
    products: np.ndarray
    stars: np.ndarray
    seconds: np.ndarray


@dataclass(slots=True)
class _Log:
    """Interactions as they happen, a list a column."""

    users: list[int] = field(default_factory=list)
    products: list[int] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    seconds: list[int] = field(default_factory=list)
    devices: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)

    def add(self, session: _Session, product: int, event: str, value: float, seconds: int) -> None:
        if seconds >= DAYS * DAY_S:
            return  # a visit around the last midnight
        self.users.append(session.user)
        self.products.append(product)
        self.events.append(event)
        self.values.append(value)
        self.seconds.append(seconds)
        self.devices.append(session.device)
        self.channels.append(session.channel)


@dataclass(order=True, slots=True)
class _Session:
    seconds: int  # since START
    user: int
    family: int | None = field(default=None, compare=False)  # None: drawn from tastes and season
    again: int | None = field(default=None, compare=False)  # the product that is used up
    device: str = field(default="", compare=False)
    channel: str = field(default="", compare=False)


class Simulation:
    """Draws the sessions of every shopper in turn, each in order of time."""

    def __init__(self, products: list[DemoProduct], shoppers: Shoppers, seed: int) -> None:
        self.products, self.shoppers = products, shoppers
        self.rng = np.random.default_rng([seed, 2])
        self.families: list[Family] = list({p.family.name: p.family for p in products}.values())
        self._at = {family.name: at for at, family in enumerate(self.families)}
        family_of = np.array([self._at[product.family.name] for product in products])
        self.rows = [np.flatnonzero(family_of == at) for at in range(len(self.families))]
        self._prepare_products()
        self._prepare_families()
        self.log = _Log()

    def _prepare_products(self) -> None:
        products = self.products
        brands = sorted({product.brand.name for product in products})
        colours = sorted({product.attributes.get("colour", "") for product in products})
        self.brand = np.array([brands.index(product.brand.name) for product in products])
        self.colour = np.array([colours.index(product.attributes.get("colour", "")) for product in products])
        middle = np.array([np.log(p.family.price[0] * p.family.price[1]) / 2 for p in products])
        self.relative_price = np.log([product.price for product in products]) - middle
        self.quality = np.array([product.quality for product in products])
        on_sale = np.array([product.list_price is not None for product in products])
        self.worth = np.log([product.appeal for product in products]) + 0.45 * self.quality + 0.3 * on_sale
        fresh = self.rng.random(len(products)) < NEW_SHARE
        self.launch = np.where(fresh, self.rng.integers(60, DAYS - 30, len(products)), 0) * DAY_S

    def _prepare_families(self) -> None:
        departments = sorted({product.department.department for product in self.products})
        centres = self.rng.normal(size=(len(departments), TASTE_DIMENSIONS))
        of_family = {product.family.name: product.department.department for product in self.products}
        own = self.rng.normal(size=(len(self.families), TASTE_DIMENSIONS))
        centre = np.array([centres[departments.index(of_family[family.name])] for family in self.families])
        directions = (0.8 * centre + 0.6 * own) / np.sqrt(TASTE_DIMENSIONS)
        popularity = self.rng.normal(0, 0.5, len(self.families))
        traits = np.zeros((len(self.shoppers), len(self.families)))
        for at, family in enumerate(self.families):
            if family.buyers:
                buys = np.any([self.shoppers.traits[trait] for trait in family.buyers], axis=0)
                traits[:, at] = np.where(buys, IS_BUYER, NO_BUYER)
        self.liking = 1.3 * self.shoppers.tastes @ directions.T + traits + popularity
        self.season = np.zeros((13, len(self.families)))
        for at, family in enumerate(self.families):
            months = set().union(*(MONTHS_OF[season] for season in family.season)) or set(range(1, 13))
            for month in range(1, 13):
                self.season[month, at] = (IN_SEASON if month in months else OFF_SEASON) if family.season else 0.0

    def run(self) -> Iterator[int]:
        """Yields the number of each shopper that is done."""
        days = _day_chances()
        for user in range(len(self.shoppers)):
            self._shopper(user, days)
            yield user

    def _shopper(self, user: int, days: np.ndarray) -> None:
        count = int(self.shoppers.activity[user])
        starts = self.rng.choice(DAYS, size=count, p=days) * DAY_S
        sessions = [self._session(int(start), user) for start in starts]
        heapq.heapify(sessions)
        while sessions:
            for later in self._shop(heapq.heappop(sessions)):
                heapq.heappush(sessions, later)

    def _session(self, day: int, user: int, family: int | None = None, again: int | None = None) -> _Session:
        rng = self.rng
        device = DEVICES[_draw(self.shoppers.devices[user], rng)]
        channel = "email" if again is not None else list(CHANNELS)[_draw(np.array(list(CHANNELS.values())), rng)]
        peak = PEAK_HOURS[device][int(rng.integers(3))]
        second = int(np.clip(rng.normal(peak, 1.8), 0, 23.9) * 3600)
        return _Session(day + second, user, family, again, device, channel)

    def _shop(self, session: _Session) -> Iterator[_Session]:
        """One visit; yields the later visits that it gives rise to."""
        if session.again is not None:
            self.log.add(session, session.again, "view", 1.0, session.seconds)
            yield from self._buy(session, session.again, session.seconds + 60)
            return
        family = self._wanted_family(session) if session.family is None else session.family
        viewed = self._viewed(session, family)
        clock = session.seconds
        for row in viewed:
            self.log.add(session, row, "view", 1.0, clock)
            clock += int(self.rng.integers(15, 150))
        if not viewed:
            return
        utilities = self._utility(session.user, np.array(viewed))
        best = viewed[int(np.argmax(utilities + self.rng.gumbel(0, 0.5, len(viewed))))]
        chance = -0.35 + 0.35 * float(np.max(utilities)) + BUY_BY_DEVICE[session.device]
        draw = self.rng.random()
        if draw < _logistic(chance):
            yield from self._buy(session, best, clock)
            yield from self._complements(session, family, clock + 120)
        elif draw < _logistic(chance + 0.6):
            self.log.add(session, best, "cart", 1.0, clock)

    def _wanted_family(self, session: _Session) -> int:
        month = _month(session.seconds)
        scores = self.liking[session.user] + self.season[month] + self.rng.gumbel(size=len(self.families))
        return int(np.argmax(scores))

    def _viewed(self, session: _Session, family: int) -> list[int]:
        rows = self.rows[family]
        rows = rows[self.launch[rows] <= session.seconds]
        scores = self._utility(session.user, rows) + self.rng.gumbel(size=len(rows))
        count = 1 + int(self.rng.poisson(2.2))
        return [int(row) for row in rows[np.argsort(-scores)][:count]]

    def _utility(self, user: int, rows: np.ndarray) -> np.ndarray:
        """Utility of products for a shopper, [len(rows)]."""
        shoppers = self.shoppers
        off = (self.relative_price[rows] - shoppers.price_level[user]) / PRICE_TOLERANCE
        loyalty = shoppers.brand_loyalty[user, self.brand[rows]]
        return self.worth[rows] + loyalty + shoppers.colour_liking[user, self.colour[rows]] - 0.5 * off**2

    def _buy(self, session: _Session, row: int, seconds: int) -> Iterator[_Session]:
        rng, log = self.rng, self.log
        family = self.products[row].family
        pieces = float(1 + rng.poisson(0.35)) if family.bought_again else float(1 + (rng.random() < 0.06))
        log.add(session, row, "cart", pieces, seconds)
        log.add(session, row, "purchase", pieces, seconds + 90)
        stars = draw_stars(self.products[row].mean_rating + self.shoppers.strictness[session.user], 1, rng)
        rated = seconds + int(rng.uniform(3, 24) * DAY_S)
        if rng.random() < RATES_CHANCE and rated < DAYS * DAY_S:
            log.add(session, row, "rating", float(stars[0]), rated)
        if family.bought_again and rng.random() < AGAIN_CHANCE:
            day = (seconds + int(family.bought_again * rng.lognormal(0, 0.18) * DAY_S)) // DAY_S * DAY_S
            if day < DAYS * DAY_S:
                again = row if rng.random() < SAME_AGAIN else None
                yield self._session(day, session.user, self._at[family.name], again)

    def _complements(self, session: _Session, family: int, seconds: int) -> Iterator[_Session]:
        for name in self.families[family].complements:
            if name in self._at and self.rng.random() < COMPLEMENT_CHANCE:
                viewed = self._viewed(session, self._at[name])
                for row in viewed[:1]:
                    self.log.add(session, row, "view", 1.0, seconds)
                    yield from self._buy(session, row, seconds + 30)

    def table(self) -> pa.Table:
        """All interactions, sorted by time."""
        log = self.log
        order = np.lexsort((np.array(log.users), np.array(log.seconds)))
        users, rows = np.array(log.users)[order], np.array(log.products)[order]
        ids = np.array([product.product_id for product in self.products])
        stamps = (np.array(log.seconds)[order] + int(START.timestamp())) * 1_000_000
        columns = [
            pa.array(np.array(self.shoppers.ids)[users], pa.string()),
            pa.array(ids[rows], pa.string()),
            pa.array(np.array(log.events)[order], pa.string()),
            pa.array(np.array(log.values)[order]),
            pa.array(stamps).cast(pa.timestamp("us", tz="UTC")),
            pa.array(np.array(log.devices)[order], pa.string()),
            pa.array(self.shoppers.regions[users], pa.string()),
            pa.array(np.array(log.channels)[order], pa.string()),
        ]
        return pa.Table.from_arrays(columns, schema=INTERACTIONS)

    def ratings(self) -> Ratings:
        at = np.flatnonzero(np.array(self.log.events) == "rating")
        return Ratings(
            users=np.array(self.shoppers.ids)[np.array(self.log.users)[at]],
            products=np.array(self.log.products)[at],
            stars=np.array(self.log.values)[at].astype(int),
            seconds=np.array(self.log.seconds)[at] + int(START.timestamp()),
        )


def draw_stars(mean: float, count: int, rng: np.random.Generator) -> np.ndarray:
    """Stars given by `count` shoppers, [count]: most near the mean, a few after a faulty piece or a wrong size."""
    felt = mean + rng.normal(0, STARS_SPREAD, count) - BAD_LUCK_STARS * (rng.random(count) < BAD_LUCK_CHANCE)
    return np.clip(np.rint(felt), 1, 5).astype(int)


def _day_chances() -> np.ndarray:
    """How likely each day of the period is for a visit, [DAYS]; the shop grows by half over the period."""
    dates = np.datetime64(START.date()) + np.arange(DAYS)
    months = dates.astype("datetime64[M]").astype(int) % 12 + 1
    weekdays = (dates.astype(int) + 3) % 7  # 1970-01-01 was a Thursday
    traffic = np.array([MONTH_TRAFFIC[int(month)] for month in months]) * np.array(WEEKDAY_TRAFFIC)[weekdays]
    traffic = traffic * np.linspace(1, 1.5, DAYS)
    return traffic / traffic.sum()


_MONTHS = (np.datetime64(START.date()) + np.arange(DAYS)).astype("datetime64[M]").astype(int) % 12 + 1


def _month(seconds: int) -> int:
    return int(_MONTHS[min(seconds // DAY_S, DAYS - 1)])


def _draw(chances: np.ndarray, rng: np.random.Generator) -> int:
    return min(int(np.searchsorted(np.cumsum(chances), rng.random())), len(chances) - 1)


def _logistic(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
