"""Cold start on Online Retail: items that nobody has bought yet, and shoppers who come for the first time.

    python -m benchmarks.cold_start --json docs/figures/cold_start.json

Items: a tenth of those with five buyers before the cut are taken out of everything that is learnt, three draws of them.
For known shoppers who bought some of them for the first time after the cut, only these items are ranked, by text.
The draws are pooled; a shopper may be in all three, so the interval is a little narrow.
Shoppers: those without a purchase before the cut and with more than ten different items after it. The first ten are
shown 0, 1, 3 or 10 at a time; what follows is to be ranked among all items. Much of it lies in the same basket.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import sparse

from benchmarks.figures import merge
from benchmarks.popular_in_context import PopularInContext
from benchmarks.purchases import online_retail, products_only
from benchmarks.titles import online_retail_titles
from data.errors import AisleError
from recommenders.evaluation.metrics import hits, interval, ndcg
from recommenders.evaluation.task import MIN_BUYERS, top
from recommenders.histories import Histories
from recommenders.interactions import Interactions
from recommenders.models.ease import EASE
from recommenders.models.implicit_als import ImplicitALS, ImplicitALSSettings
from recommenders.models.item_knn import ItemKNN
from recommenders.models.popularity import Popularity
from recommenders.models.text_factors import TextFactors, TextProfile
from recommenders.splits import Split, time_split
from retrieval.encoder import Encoder

K: Final = 10
HIDDEN_SHARE: Final = 0.1
DRAWS: Final = 3
FACTORS: Final = 64
NEIGHBOURS: Final = 20
HALF_TRUST: Final = 5  # known items at which they count as much as popularity
KNOWN: Final = (0, 1, 3, 10)

PerShopper = dict[str, np.ndarray]  # way → NDCG@10 of each shopper


@dataclass(frozen=True)
class ColdItems:
    """`past`: everybody's, of items sold; rows `users` of it have `answers` bool (n, n_hidden), never bought before.

    `histories` and `owned` are theirs: the sold items, and the hidden ones that they bought before nevertheless.
    """

    past: Histories
    whole: Histories
    histories: Histories
    users: np.ndarray
    answers: sparse.csr_matrix
    owned: sparse.csr_matrix
    sold: np.ndarray
    hidden: np.ndarray


def cold_items() -> dict[str, float]:
    """NDCG@10 among unsold items by each way, with the bounds of its 95 % interval. Raises AisleError without data."""
    return _flat("cold_items", _cold_items())


def cold_shoppers() -> dict[str, float]:
    """NDCG@10 of each way by how many items are known. Raises AisleError without data."""
    return _flat("cold_shoppers", _cold_shoppers())


def _cold_items() -> PerShopper:
    log = products_only(online_retail())
    split = time_split(log)
    vectors = Encoder().encode(online_retail_titles(log.items))
    draws = [_scored_items(_hidden_draw(split, draw), vectors) for draw in range(DRAWS)]
    return {way: np.concatenate([draw[way] for draw in draws]) for way in draws[0]}


def _hidden_draw(split: Split, draw: int) -> ColdItems:
    candidates = np.flatnonzero(split.past.buyers() >= MIN_BUYERS)
    mixed = np.random.default_rng(draw).permutation(candidates)
    count = round(len(mixed) * HIDDEN_SHARE)
    hidden, sold = np.sort(mixed[:count]), np.sort(mixed[count:])
    past = Histories.of(split.past.with_items(sold), now=split.cut)
    owned = Histories.of(split.past.with_items(hidden), now=split.cut).bought().astype(bool)
    then = Histories.of(split.future.with_items(hidden)).bought().astype(bool)
    answers = (then.astype(np.int8) - then.multiply(owned).astype(np.int8)).tocsr()
    answers.eliminate_zeros()
    users = np.flatnonzero((np.diff(past.indptr) > 0) & (np.diff(answers.indptr) > 0))
    whole = Histories.of(split.past.with_items(np.concatenate([sold, hidden])), now=split.cut)
    return ColdItems(past, whole, past.take(users), users, answers[users].astype(bool), owned[users], sold, hidden)


def _scored_items(cold: ColdItems, vectors: np.ndarray) -> PerShopper:
    known, unsold = vectors[cold.sold], vectors[cold.hidden]
    buyers = np.asarray(cold.past.matrix(binary=True).sum(0)).ravel()
    mine = cold.histories.matrix(binary=True)
    weights = EASE().fit(cold.past).weights.toarray()
    popular = Popularity().fit(cold.past).popular
    profile = TextProfile(np.concatenate([known, unsold]))
    whole = EASE().fit(cold.whole)
    als = ImplicitALS(ImplicitALSSettings(dims=FACTORS)).fit(cold.past)
    from_als = TextFactors().fit(known, als.item_factors, buyers).factors(unsold)
    from_ease = TextFactors().fit(known, weights.T, buyers).factors(unsold)
    on_whole = cold.whole.take(cold.users)
    rng = np.random.default_rng(0)
    by_factors = als.user_factors(cold.histories) @ from_als.T
    by_profile = profile.scores(_over_all(cold, cold.histories))[:, len(cold.sold) :]
    around = np.broadcast_to(_neighbourhood(known, unsold, popular), cold.answers.shape)
    ways = {
        "random": rng.random(cold.answers.shape),
        "popular_neighbourhood": around,
        "text_profile": by_profile,
        "text_factors_implicit_als": by_factors,
        "text_factors_ease": np.asarray(mine @ from_ease.T),
        "factors_profile_and_neighbourhood": sum(_standard(part) for part in (by_factors, by_profile, around)),
        "ease_if_sales_were_known": whole.scores(on_whole)[:, len(cold.sold) :],
    }
    return {way: _ndcg(scores, cold.answers, cold.owned) for way, scores in ways.items()}


def _over_all(cold: ColdItems, histories: Histories) -> Histories:
    """The same histories over sold and hidden items: the sold come first, so their indices stay."""
    return replace(histories, n_items=len(cold.sold) + len(cold.hidden))


def _standard(scores: np.ndarray) -> np.ndarray:
    """Each shopper's scores at mean 0 and deviation 1, so that unlike scales can be added."""
    spread = scores.std(1, keepdims=True)
    return np.asarray((scores - scores.mean(1, keepdims=True)) / np.where(spread > 0, spread, 1))


def _neighbourhood(known: np.ndarray, unsold: np.ndarray, popular: np.ndarray) -> np.ndarray:
    """float (n_hidden,): how popular the items with the closest titles are, the same for every shopper."""
    cosine = unsold @ known.T
    closest = np.argpartition(-cosine, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
    weight = np.maximum(np.take_along_axis(cosine, closest, 1), 0)
    return np.asarray((weight * popular[closest]).sum(1) / np.maximum(weight.sum(1), 1e-9))


def _cold_shoppers() -> PerShopper:
    split = time_split(products_only(online_retail()))
    items = np.flatnonzero(split.past.buyers() >= MIN_BUYERS)
    past, future = split.past.with_items(items), split.future.with_items(items)
    firsts = _first_purchases(split, future)
    everybody = Histories.of(past, now=split.cut)
    popular = Popularity().fit(everybody)
    ease, knn = EASE().fit(everybody), ItemKNN().fit(everybody)
    contexts = PopularInContext(past, popular.popular)
    region, month = contexts.of_first_events(firsts)
    found: PerShopper = {}
    for known in KNOWN:
        shown = _shown(firsts, known)
        histories = Histories.of(shown, np.unique(firsts.user))
        owned, answers = _parted(firsts, known)
        in_region = contexts.scores(region=region)
        ways = {
            "popular_30_days": popular.scores(histories),
            "popular_in_region": in_region,
            "popular_in_region_and_month": contexts.scores(region=region, month=month),
        }
        if known:
            own = ease.scores(histories)
            ways |= {
                "item_knn": knn.scores(histories),
                "ease": own,
                "ease_backing_off": _backing_off(own, in_region, known),
            }
        found |= {f"{way}.{known}_known": _ndcg(scores, answers, owned) for way, scores in ways.items()}
    return found


def _backing_off(own: np.ndarray, log_popular: np.ndarray, known: int) -> np.ndarray:
    """What the shopper's own items say, and what is popular in the region, each at most 1, by how many are known."""
    trust = known / (known + HALF_TRUST)
    popular = np.exp(log_popular - log_popular.max(1, keepdims=True))
    best = own.max(1, keepdims=True)
    return np.asarray(trust * own / np.where(best > 0, best, 1) + (1 - trust) * popular)


def _first_purchases(split: Split, future: Interactions) -> Interactions:
    """Each new shopper's different items, each at its first purchase, of shoppers with more than ten."""
    new = np.bincount(split.past.user, minlength=len(future.users)) == 0
    rows = np.flatnonzero(new[future.user])
    _, at = np.unique(future.user[rows].astype(np.int64) * len(future.items) + future.item[rows], return_index=True)
    firsts = future.where(np.sort(rows[at]))
    return firsts.with_active_users(KNOWN[-1] + 1)


def _place(firsts: Interactions) -> np.ndarray:
    """int (n,): which of their shopper's items each row is, from 0."""
    indptr, order = firsts.by_user
    place = np.empty(len(firsts), np.int64)
    place[order] = np.arange(len(firsts)) - np.repeat(indptr[:-1], np.diff(indptr))
    return place


def _shown(firsts: Interactions, known: int) -> Interactions:
    return firsts.where(_place(firsts) < known)


def _parted(firsts: Interactions, known: int) -> tuple[sparse.csr_matrix, sparse.csr_matrix]:
    """bool (n, n_items) of what is shown, and of what is to be found: the same for every `known`."""
    shape, place = (len(firsts.users), len(firsts.items)), _place(firsts)

    def matrix(rows: np.ndarray) -> sparse.csr_matrix:
        return sparse.csr_matrix((np.ones(int(rows.sum()), bool), (firsts.user[rows], firsts.item[rows])), shape)

    return matrix(place < known), matrix(place >= KNOWN[-1])


def _ndcg(scores: np.ndarray, answers: sparse.csr_matrix, owned: sparse.csr_matrix) -> np.ndarray:
    return ndcg(hits(top(scores, owned, K), answers), np.diff(answers.indptr))


def _flat(prefix: str, found: PerShopper) -> dict[str, float]:
    flat: dict[str, float] = {f"{prefix}.shoppers": float(len(next(iter(found.values()))))}
    for way, values in found.items():
        low, high = interval(values)
        flat |= {
            f"{prefix}.{way}.ndcg@10": round(float(values.mean()), 4),
            f"{prefix}.{way}.low": round(low, 4),
            f"{prefix}.{way}.high": round(high, 4),
        }
    return flat


def show(flat: dict[str, float], title: str, console: Console) -> None:
    table = Table("", "NDCG@10", "95 %", title=title)
    for name, value in flat.items():
        if name.endswith(".ndcg@10"):
            way = name.removesuffix(".ndcg@10")
            bounds = f"{flat[way + '.low']:.3f}–{flat[way + '.high']:.3f}"
            table.add_row(way.split(".", 1)[1], f"{value:.3f}", bounds)
    console.print(table)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Cold start: unsold items and new shoppers on Online Retail.")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there")
    chosen = parser.parse_args(arguments)
    console = Console()
    try:
        items, shoppers = cold_items(), cold_shoppers()
    except AisleError as error:
        parser.exit(1, f"{error}\n")
    show(items, f"Unsold items, {items['cold_items.shoppers']:.0f} shoppers", console)
    show(shoppers, f"New shoppers, {shoppers['cold_shoppers.shoppers']:.0f}", console)
    if chosen.json:
        merge(chosen.json, {**items, **shoppers})


if __name__ == "__main__":
    main()
