"""Whether a question back to the shopper pays, and which.

The field asked about is the one whose answer is expected to reduce the candidates most, in bits: the sum over the
choices of p · log2(N / n), where n of N candidates have the value and p is the share of the retrieval scores that they
hold. With even scores that is the entropy of the choices, as in Quinlan, "Induction of Decision Trees" (1986); to weigh
by what the search believes in is the step of Zou and Kanoulas, "Learning to Ask: Question-based Sequential Bayesian
Product Search" (CIKM 2019). It is multiplied with how likely a shopper is to have a preference at all, since an answer
"doesn't matter" reduces nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from assistant.actions.request import Request
from assistant.replies.conditions import YES, field_name, has_chinese_name, value_name
from assistant.replies.questions import feature_choices
from assistant.state import Asked, DialogueState
from assistant.turn import Question, Understanding
from data.records import CATEGORY_SEPARATOR, Product, shelf_name, within
from retrieval.filters import BRAND, CATEGORY, COLOUR, Filters
from retrieval.hybrid import Hit

FEW = 12  # candidates that a shopper looks through faster than answering
MOST_IN_A_ROW = 2
MOST_CHOICES = 4
STATED_BY = 0.6  # of the candidates, by score, must state a field
COVERED = 0.5  # of those that state it must have one of the choices' values
RARE = 0.04  # of the candidates: a value below is not offered
ENOUGH_BITS = 0.55
MOST_READ = 500  # candidates; of more, as many spread evenly over the list tell what parts it
LEAST_SCORE = 0.05  # so that what stands on the shelf counts, though no word of it was said

PREFERENCE = {  # how likely a shopper is to care, by judgement
    CATEGORY: 1.0, "for": 1.0, "age": 0.9, "sleeps": 0.9, "size": 0.8, "capacity": 0.6, COLOUR: 0.55, "price": 0.5,
    "scent": 0.6, "flavour": 0.6, "skin type": 0.7, "hair type": 0.7, "material": 0.45, "type": 0.6, "kind": 0.6,
    "style": 0.4, "fit": 0.4, BRAND: 0.25,
}  # fmt: skip
PREFERENCE_FEATURE = 0.6
PREFERENCE_OTHER = 0.3
_SIZES = "xxs xs s m l xl xxl 2xl 3xl 4xl 5xl small medium large".split()


_Places = Mapping[str, np.ndarray]  # value in lower case → places of the candidates that state it, int64, ascending


class _Candidates(NamedTuple):
    rows: np.ndarray  # int64 `[n]`
    weights: np.ndarray  # float64 `[n]`, sum 1


class _Choice(NamedTuple):
    """`places` are those of the candidates that have it."""

    label: str
    condition: Filters
    places: np.ndarray


class _Possible(NamedTuple):
    field: str
    choices: list[_Choice]
    bits: float  # expected reduction of the candidates, preference considered


def notice(state: DialogueState, understood: Understanding) -> None:
    """What the message says of questions: none are wanted, or the last one was passed over."""
    passed_over = state.asked is not None and understood.intent in ("search", "refine") and not understood.answers
    if understood.act == "indifferent" or passed_over:
        state.spare_questions = True
    if state.asked is None:
        state.in_a_row = 0
    state.asked = None


def clarify(request: Request, hits: Sequence[Hit]) -> Question | None:
    """The question that narrows these hits most, where one pays; it is kept in the state as asked."""
    state, wanted = request.state, request.understanding
    plain = wanted.sort == "relevance" and not (wanted.counting or wanted.more or wanted.asks_values or wanted.returns)
    if not plain or state.spare_questions or state.in_a_row >= MOST_IN_A_ROW or len(hits) <= FEW:
        return None
    candidates = _weighed(hits)
    possible = [
        each
        for each in _possible(request, candidates)
        if each.field not in state.asked_fields and each.bits >= ENOUGH_BITS
    ]
    if not possible:
        return None
    best = max(possible, key=lambda each: each.bits)
    question = Question(field=best.field, choices=[choice.label for choice in best.choices])
    state.asked = Asked(question=question, options=[choice.condition for choice in best.choices])
    state.asked_fields.append(best.field)
    state.in_a_row += 1
    return question


def _weighed(hits: Sequence[Hit]) -> _Candidates:
    hits = hits[:: -(-len(hits) // MOST_READ)]
    scores = np.maximum([hit.score for hit in hits], LEAST_SCORE)
    return _Candidates(np.array([hit.row for hit in hits], dtype=np.int64), scores / scores.sum())


def _possible(request: Request, candidates: _Candidates) -> Iterator[_Possible]:
    catalogue, filters = request.shop.catalogue, request.understanding.filters
    yield from _of_shelves(request, candidates)
    # Read off the candidates: a large catalogue has far more values than they do.
    products = catalogue.products(candidates.rows)
    if not filters.brand:
        yield from _of_values(request, candidates, BRAND, _by_brand(products))
    stated = values_held(products)
    for name in (name for name in catalogue.rows_by_attribute if name in stated):
        settled = filters.colour if name == COLOUR else filters.attributes.get(name) or filters.measures.get(name)
        if settled or (request.understanding.language == "zh" and field_name(name, "zh") == name):
            continue
        if catalogue.rows_by_attribute[name].keys() <= {YES, "no"}:
            yield from _of_feature(request, candidates, name, stated[name])
        else:
            yield from _of_values(request, candidates, name, stated[name])
    if filters.price_min is None and filters.price_max is None:
        yield from _of_price(request, candidates)


def _of_shelves(request: Request, candidates: _Candidates) -> Iterator[_Possible]:
    """The branches of the first level at which the candidates part, each called by what its candidates share."""
    catalogue, wanted = request.shop.catalogue, request.understanding
    paths = [catalogue.categories[row] for row in candidates.rows]
    branches = _branches(paths)
    if len(branches) < 2:
        return
    holding = {branch: np.array([p for p, path in enumerate(paths) if within(path, branch)]) for branch in branches}
    common = [branch for branch in branches if len(holding[branch]) >= RARE * len(paths)]
    offered = sorted(common, key=lambda branch: -candidates.weights[holding[branch]].sum())[:MOST_CHOICES]
    if len(offered) < 2 or _share(candidates, [holding[branch] for branch in offered]) < COVERED:
        return
    leaves = {branch: sorted({paths[place] for place in holding[branch]}) for branch in offered}
    shared = [shelf_name(_common_path(leaves[branch])) for branch in offered]
    labels = shared if len(set(shared)) == len(shared) else [shelf_name(branch) for branch in offered]
    # Where words found them, a branch is what they found there: a backpack is no other thing for the outdoors.
    found_by_words = bool(wanted.query) and not wanted.filters.kinds
    shelves = {branch: leaves[branch] if found_by_words else [_common_path(leaves[branch])] for branch in offered}
    choices = [
        _Choice(label, Filters(category=shelves[branch]), holding[branch])
        for label, branch in zip(labels, offered, strict=True)
    ]
    yield _Possible(CATEGORY, choices, _bits(candidates, choices) * PREFERENCE[CATEGORY])


def _branches(paths: Sequence[str]) -> list[str]:
    """The different beginnings of the paths at the first level at which they differ."""
    steps = [path.split(CATEGORY_SEPARATOR) for path in paths]
    for depth in range(1, max(map(len, steps), default=0) + 1):
        found = {CATEGORY_SEPARATOR.join(each[:depth]) for each in steps}
        if len(found) > 1:
            return sorted(found - {""})
    return []


def _common_path(paths: Sequence[str]) -> str:
    steps = [path.split(CATEGORY_SEPARATOR) for path in paths]
    shared = [step for step, *others in zip(*steps, strict=False) if all(other == step for other in others)]
    return CATEGORY_SEPARATOR.join(shared)


def _by_brand(products: Sequence[Product]) -> _Places:
    holding: dict[str, list[int]] = {}
    for place, product in enumerate(products):
        if product.brand:
            holding.setdefault(product.brand.casefold(), []).append(place)
    return _as_arrays(holding)


def values_held(products: Sequence[Product]) -> dict[str, _Places]:
    """Attribute's name → value in lower case → places of the products that state it."""
    holding: dict[str, dict[str, list[int]]] = {}
    for place, product in enumerate(products):
        for name in product.attributes:
            for value in dict.fromkeys(each.casefold() for each in product.values(name) if each):
                holding.setdefault(name, {}).setdefault(value, []).append(place)
    return {name: _as_arrays(values) for name, values in holding.items()}


def _as_arrays(holding: Mapping[str, list[int]]) -> _Places:
    return {value: np.array(places, dtype=np.int64) for value, places in holding.items()}


def _of_values(request: Request, candidates: _Candidates, field: str, holding: _Places) -> Iterator[_Possible]:
    """The commonest values as choices; a generator of one or none."""
    if len(holding) < 2 or _share(candidates, holding.values()) < STATED_BY:
        return
    least = RARE * len(candidates.rows)
    common = [value for value, places in holding.items() if len(places) >= least]
    by_weight = {value: -candidates.weights[holding[value]].sum() for value in common}
    offered = sorted(common, key=lambda value: (by_weight[value], _natural_order(value)))[:MOST_CHOICES]
    if len(offered) < 2:
        return
    covered = _share(candidates, [holding[value] for value in offered]) / _share(candidates, holding.values())
    readable = request.understanding.language == "en" or all(has_chinese_name(field, value) for value in offered)
    if covered < COVERED or not readable:
        return
    choices = [_choice(request, field, value, holding[value]) for value in sorted(offered, key=_natural_order)]
    if len({choice.label for choice in choices}) == len(choices):
        yield _Possible(field, choices, _bits(candidates, choices) * PREFERENCE.get(field, PREFERENCE_OTHER))


def _of_feature(request: Request, candidates: _Candidates, field: str, holding: _Places) -> Iterator[_Possible]:
    having, lacking = (holding.get(value, np.empty(0, np.int64)) for value in (YES, "no"))
    if not len(having) or _share(candidates, [having, lacking]) < STATED_BY:
        return
    yes, no = feature_choices(request.understanding.language)
    choices = [_Choice(yes, Filters(attributes={field: [YES]}), having), _Choice(no, Filters(), lacking)]
    yield _Possible(field, choices, _bits(candidates, choices[:1]) * PREFERENCE_FEATURE)


def _of_price(request: Request, candidates: _Candidates) -> Iterator[_Possible]:
    """Three bands of about as many candidates, with bounds that one would say."""
    prices = request.shop.catalogue.price[candidates.rows]
    low, high = (_round(float(bound)) for bound in np.quantile(prices, (1 / 3, 2 / 3)))
    if not prices.min() < low < high < prices.max():
        return
    low_said, high_said = (request.money(bound).removesuffix(".00") for bound in (low, high))
    choices = [
        _Choice(request.say("choice_under", high=low_said), Filters(price_max=low), np.flatnonzero(prices <= low)),
        _Choice(
            request.say("choice_between", low=low_said, high=high_said),
            Filters(price_min=low, price_max=high),
            np.flatnonzero((prices >= low) & (prices <= high)),
        ),
        _Choice(request.say("choice_over", low=high_said), Filters(price_min=high), np.flatnonzero(prices >= high)),
    ]
    if all(len(choice.places) for choice in choices):
        yield _Possible("price", choices, _bits(candidates, choices) * PREFERENCE["price"])


def _choice(request: Request, field: str, value: str, places: np.ndarray) -> _Choice:
    language = request.understanding.language
    if field == BRAND:
        name = request.shop.catalogue.brands[request.shop.catalogue.rows_by_brand[value][0]]
        return _Choice(name, Filters(brand=[name]), places)
    condition = Filters(colour=[value]) if field == COLOUR else Filters(attributes={field: [value]})
    return _Choice(value_name(field, value, language), condition, places)


def _share(candidates: _Candidates, places: Iterable[np.ndarray]) -> float:
    """Of the scores, what the candidates in any of the places hold."""
    return float(candidates.weights[np.unique(np.concatenate(list(places)))].sum())


def _bits(candidates: _Candidates, choices: Sequence[_Choice]) -> float:
    """What an answer is expected to take off the candidates; a candidate that has two of the values counts half."""
    shares = np.array([candidates.weights[choice.places].sum() for choice in choices])
    counts = np.array([len(choice.places) for choice in choices])
    shares /= max(1.0, shares.sum())
    return float((shares * np.log2(len(candidates.rows) / counts)).sum())


def _natural_order(value: str) -> tuple[int, float, str]:
    """Sizes from small to large, amounts by their number, words by the alphabet."""
    if value in _SIZES:
        return (0, _SIZES.index(value), "")
    number = re.search(r"\d+(?:\.\d+)?", value)
    return (1, float(number[0]), value) if number else (2, 0.0, value)


def _round(price: float) -> float:
    """To what one would say: 17.43 → 17.5 → 18, 43 → 45, 212 → 200."""
    step = 1 if price < 20 else 5 if price < 100 else 10 if price < 200 else 50 if price < 1000 else 100
    return float(round(price / step) * step)
