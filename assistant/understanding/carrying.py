"""How conditions go on from turn to turn: carried, replaced, taken back."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.understanding.conditions import Conditions
from assistant.understanding.vocabulary import Mention
from data.records import within
from retrieval.filters import BRAND, CATEGORY, COLOUR, WORD, Filters
from retrieval.measures import Measure

_LISTED = (CATEGORY, BRAND, COLOUR)
JUST_BELOW = 0.01  # the smallest step between two prices


def conditions(parts: Conditions, carried: Filters, *, also: bool = False, shown_prices: list[float]) -> Filters:
    """The filters in force after a message.

    A named value replaces those of its field, unless the shopper says `also`; a new bound replaces the bound on its
    side and one that it contradicts; "cheaper" means below the cheapest of what is on the table.
    """
    filters = carried.model_copy(deep=True)
    for name in parts.dropped:
        _drop(filters, name)
    _bound(filters, parts, shown_prices)
    if parts.rating_min is not None:
        filters.rating_min = parts.rating_min
    if parts.in_stock:
        filters.in_stock = True
    filters.category = _shelves([m for m in parts.wanted if m.field == CATEGORY], filters.category, also=also)
    others = [mention for mention in parts.wanted if mention.field != CATEGORY]
    if not also:
        for name in {mention.field for mention in others}:
            _set(filters, name, [])
    for mention in others:
        filters.measures.pop(mention.field, None)
        _set(filters, mention.field, [*_get(filters, mention.field), *mention.values])
    for name, ranges in parts.ranges.items():
        _set(filters, name, [])
        filters.measures[name] = _ranges(ranges, filters.measures.get(name, []), also=also)
    for mention in parts.wanted:
        _unrefuse(filters, mention)
    for mention in parts.refused:
        _refuse(filters, mention)
    return filters


def _shelves(named: list[Mention], carried: list[str], *, also: bool) -> list[str]:
    """Shelves named together narrow one another where they overlap ("jackets", "for men"), and add up where they do
    not ("a tent and a sleeping bag"); what was carried is narrowed or replaced."""
    shelves = carried
    for position, mention in enumerate(named):
        narrowed = overlap(shelves, mention.values)
        adds = also or position > 0
        shelves = narrowed or ([*shelves, *mention.values] if adds else list(mention.values))
    return list(dict.fromkeys(shelves))


def overlap(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """The shelves that lie within both sets of shelves."""
    deeper = [max(a, b, key=len) for a in one for b in other if within(a, b) or within(b, a)]
    return list(dict.fromkeys(deeper))


def _bound(filters: Filters, parts: Conditions, shown_prices: list[float]) -> None:
    low, high = (parts.price.low, parts.price.high) if parts.price else (None, None)
    if parts.cheaper and shown_prices:  # "too expensive, 60 at most": the narrower of the two
        below = round(min(shown_prices) - JUST_BELOW, 2)
        low, high = None, below if high is None else min(high, below)
    elif parts.dearer and shown_prices:
        above = round(max(shown_prices) + JUST_BELOW, 2)
        low, high = above if low is None else max(low, above), None
    if low is not None:
        filters.price_min = low
        if high is None and filters.price_max is not None and filters.price_max <= low:
            filters.price_max = None
    if high is not None:
        filters.price_max = high
        if low is None and filters.price_min is not None and filters.price_min >= high:
            filters.price_min = None


def _ranges(said: list[Measure], carried: list[Measure], *, also: bool) -> list[Measure]:
    """What was said replaces what was carried, but for a bound of the other side that it leaves standing."""
    if also:
        return list(dict.fromkeys([*carried, *said]))
    if len(said) == len(carried) == 1 and said[0].unit == carried[0].unit:
        (new,), (old,) = said, carried
        if new.low is None and old.high is None and old.low is not None and new.high is not None and old.low < new.high:
            return [new.model_copy(update={"low": old.low})]
        if new.high is None and old.low is None and old.high is not None and new.low is not None and new.low < old.high:
            return [new.model_copy(update={"high": old.high})]
    return list(dict.fromkeys(said))


def _drop(filters: Filters, name: str) -> None:
    if name == "price":
        filters.price_min = filters.price_max = None
    elif name == "rating_min":
        filters.rating_min = None
    else:
        _set(filters, name, [])
    filters.measures.pop(name, None)
    _allow_words(filters, filters.exclude.pop(name, []))


def _allow_words(filters: Filters, values: Sequence[str]) -> None:
    """A value that is no longer refused is not refused as a word, either."""
    plain = {value.casefold() for value in values}
    kept = [word for word in filters.exclude.get(WORD, []) if word.casefold() not in plain]
    filters.exclude.pop(WORD, None)
    if kept:
        filters.exclude[WORD] = kept


def _get(filters: Filters, name: str) -> list[str]:
    return getattr(filters, name) if name in _LISTED else filters.attributes.get(name, [])


def _set(filters: Filters, name: str, values: list[str]) -> None:
    values = list(dict.fromkeys(values))
    if name in _LISTED:
        setattr(filters, name, values)
    elif values:
        filters.attributes[name] = values
    else:
        filters.attributes.pop(name, None)


def _refuse(filters: Filters, mention: Mention) -> None:
    refused = [*filters.exclude.get(mention.field, []), *mention.values]
    filters.exclude[mention.field] = list(dict.fromkeys(refused))
    _set(filters, mention.field, [kept for kept in _get(filters, mention.field) if kept not in mention.values])


def _unrefuse(filters: Filters, mention: Mention) -> None:
    kept = [value for value in filters.exclude.get(mention.field, []) if value not in mention.values]
    filters.exclude.pop(mention.field, None)
    if kept:
        filters.exclude[mention.field] = kept
    if mention.field != WORD:
        _allow_words(filters, mention.values)
