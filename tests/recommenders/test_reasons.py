"""A reason is the cause: without what it names, the score is lower; and what it states can be counted in the log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from data.schema import Columns
from recommenders.evidence import Buyers
from recommenders.explain import FAMILIES, Explainer, family
from recommenders.interactions import PURCHASE, Interactions
from recommenders.personal import Fit
from recommenders.reasons import Reason
from recommenders.service import ShopRecommender
from tests.recommenders.conftest import SHOPPERS, interaction_frame, small_shop

# What is learnt of weekdays and months differs from day to day, and with it which reasons are given.
MOMENT = pd.Timestamp("2025-10-01 12:00", tz="UTC")


def tastes_across_shelves() -> pd.DataFrame:
    """What is bought together stands on different shelves, so that a shelf cannot stand in for the taste: which of two
    equal explanations weighs more would be left to the machine's rounding."""
    frame = interaction_frame(end=MOMENT)
    products = sorted(frame[Columns.Product].unique())
    elsewhere = np.random.default_rng(1).permutation(products).tolist()
    frame[Columns.Product] = frame[Columns.Product].map(dict(zip(products, elsewhere, strict=True)))
    return frame


FRAME = tastes_across_shelves()
BOUGHT = FRAME[FRAME[Columns.Event] == "purchase"]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ShopRecommender:
    small = small_shop(tmp_path_factory.mktemp("reasons") / "small", FRAME)
    small.train()
    return ShopRecommender.open(small.store, small.catalogue, small.vectors)


@pytest.fixture(scope="module")
def told(shop: ShopRecommender) -> list[tuple[str, int, Reason]]:
    """(user, row, reason) of everything that 40 shoppers are shown, of all and of new items."""
    found = []
    for user in [f"u{number}" for number in range(0, SHOPPERS, SHOPPERS // 40)]:
        for new_only in (False, True):
            for item in shop.recommend(user, said={"region": "north"}, at=MOMENT, new_only=new_only).items:
                found.append((user, item.row, item.reason))
    return found


def explainer(shop: ShopRecommender, user: str) -> Explainer:
    return Explainer(
        shop._asked(user, at=MOMENT), shop.catalogue, shop.vectors, shop.buyers, shop.pipeline, shop.pasts.end + 1
    )


def buyers_of(product_id: str | None) -> set[str]:
    return set(BOUGHT[BOUGHT[Columns.Product] == product_id][Columns.User])


def test_several_kinds_of_reasons_are_given(told: list[tuple[str, int, Reason]]) -> None:
    assert {"because_of"} < {reason.kind for _, _, reason in told}


def test_without_the_named_item_the_linear_models_score_less(
    shop: ShopRecommender, told: list[tuple[str, int, Reason]]
) -> None:
    named = [(user, row, reason) for user, row, reason in told if reason.kind == "because_of"]
    assert named
    for user, row, reason in named:
        assert reason.product_id is not None
        history = shop._asked(user, at=MOMENT).history
        cause = shop.catalogue.row_of(reason.product_id)
        without = history.where(history.item != cause)
        assert len(without.item) < len(history.item)
        scores = [(m.scores(history)[0, row], m.scores(without)[0, row]) for m in explainer(shop, user).linear]
        assert sum(after - before for before, after in scores) < 0


def test_no_other_item_of_the_shopper_takes_more_away(shop: ShopRecommender) -> None:
    """The batch of causes is what each model's own `contributions` say."""
    one = explainer(shop, "u4")
    for row in (1, 13, 40):
        shares: dict[int, float] = {}
        for model in one.linear:
            items, amounts = model.contributions(one.asked.history, row)
            for item, amount in zip(items.tolist(), amounts.tolist(), strict=True):
                shares[item] = shares.get(item, 0.0) + amount / float(np.abs(amounts).sum())
        expected = max(shares, key=lambda item: shares[item]) if max(shares.values(), default=0) > 0 else None
        assert one.cause(row) == (expected if expected != row else None)


def test_the_family_that_is_named_moved_the_score_up(shop: ShopRecommender) -> None:
    """Its features unknown, the score is lower, unless what moved it more had nothing true to say."""
    assert shop.pipeline is not None
    scorer = shop.pipeline.scorers["all"]
    kinds = {"because_of": "taste", "due_again": "again", "bought_often": "again", "category": "category"}
    lower = []
    for user in ("u1", "u20", "u33", "u61", "u90"):
        asked = shop._asked(user, at=MOMENT)
        fit = shop.fitter.fit(asked, 10)
        assert fit.features is not None
        for item in shop.recommend(user, at=MOMENT).items:
            wanted = kinds.get(item.reason.kind)
            if wanted is None:
                continue
            features = fit.features[fit.rows == item.row]
            blind = features.copy()
            blind[:, [family(name) == wanted for name in scorer.names]] = np.nan
            lower.append(scorer.scores(blind)[0] < scorer.scores(features)[0])
    assert len(lower) > 10 and np.mean(lower) > 0.8


def test_what_is_counted_is_in_the_log(told: list[tuple[str, int, Reason]], shop: ShopRecommender) -> None:
    end = BOUGHT[Columns.Timestamp].max()
    month = BOUGHT[BOUGHT[Columns.Timestamp] > end - pd.Timedelta(days=30)]
    for user, row, reason in told:
        product = shop.catalogue.ids[row]
        mine = BOUGHT[(BOUGHT[Columns.User] == user) & (BOUGHT[Columns.Product] == product)]
        if reason.kind == "because_of":
            assert reason.count == len(buyers_of(product) & buyers_of(reason.product_id))
        elif reason.kind == "popular_now":
            assert reason.count == month[month[Columns.Product] == product][Columns.User].nunique() >= 5
        elif reason.kind == "popular":
            assert reason.count == len(buyers_of(product)) > 0
        elif reason.kind in {"bought_often", "due_again"}:
            assert reason.count == mine[Columns.Timestamp].nunique() > 0
        elif reason.kind == "popular_region":
            here = BOUGHT[BOUGHT[Columns.Region] == reason.words]
            share = (here[Columns.Product] == product).sum() / (BOUGHT[Columns.Product] == product).sum()
            assert reason.count == here[here[Columns.Product] == product][Columns.User].nunique() >= 5
            assert share > len(here) / len(BOUGHT)
        elif reason.kind == "category":
            assert reason.words in shop.catalogue.categories[row]
        elif reason.kind == "new_arrival":
            assert reason.days is None or reason.days < 30


def test_what_is_due_was_bought_at_such_gaps(shop: ShopRecommender) -> None:
    due = [(f"u{number}", item) for number in range(SHOPPERS) for item in shop.due(f"u{number}")]
    assert due
    for user, item in due:
        mine = BOUGHT[(BOUGHT[Columns.User] == user) & (BOUGHT[Columns.Product] == item.product_id)]
        days = np.sort(mine[Columns.Timestamp].unique())
        assert item.reason.kind == "due_again" and item.reason.count == len(days) > 1
        assert item.reason.days is not None
        assert (pd.Timestamp.now(tz="UTC") - days[-1]).days >= 0.7 * item.reason.days - 1


def test_families_know_every_feature(shop: ShopRecommender) -> None:
    assert shop.pipeline is not None
    names = shop.pipeline.stage.builder.names
    assert {family(name) for name in names} == {name for _, name in FAMILIES}
    silent = {name.split(".")[0] for name in names if not family(name)}
    assert silent <= {"days", "price", "pieces", "shopper", "meaning", "repeat"}


def test_a_region_needs_a_lift_and_five_buyers() -> None:
    def log(counts: dict[str, int]) -> Buyers:
        frame = pd.concat(
            [
                pd.DataFrame({Columns.User: [f"{region}{n}" for n in range(count)], Columns.Region: region})
                for region, count in counts.items()
            ]
        ).assign(**{Columns.Product: "p", Columns.Event: "purchase", Columns.Timestamp: pd.Timestamp(0, tz="UTC")})
        other = frame.assign(**{Columns.Product: "q", Columns.Region: "north"})
        return Buyers.of(Interactions.of(pd.concat([frame, other])))

    assert log({"south": 6, "north": 1}).regional(0, "south")[0] == 6
    assert log({"south": 6, "north": 1}).regional(0, "south")[1] > 1
    assert log({"south": 1, "north": 6}).regional(0, "north")[1] < 1
    assert log({"south": 6}).regional(0, "mars") == (0, 0.0)


def test_a_reason_is_found_where_no_scorer_was_asked(shop: ShopRecommender) -> None:
    """A stranger has no contributions, and is told no lie about a past."""
    rows = np.arange(10)
    nothing = Fit(rows, rows.astype(float), np.full(10, np.nan, np.float32), None)
    stranger = replace(explainer(shop, "nobody"), pipeline=None)
    kinds = {reason.kind for reason in stranger.reasons(rows.tolist(), nothing)}
    assert kinds <= {"popular", "popular_now", "popular_region", "new_arrival"}
    assert (stranger.asked.history.event == PURCHASE).sum() == 0
