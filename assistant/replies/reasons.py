"""Why a product is recommended, in a shopper's words: short for its card, in full when asked."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal

from assistant.replies.phrases import LOCALES, say
from assistant.turn import Language, Note
from data.catalogue import Catalogue
from data.records import Product, shelf_name
from recommenders.reasons import Reason

LONGEST_NAME = 48  # characters of a title inside a sentence
HABIT = 2.5  # times the usual gap, or a part of it, up to which the shopper's own is called the same
SEVERAL = 3  # shoppers from which their number says something
_WEEK, _MONTH, _YEAR = 7.0, 30.4, 365.25
_COMPASS = ("south", "north", "east", "west", "northeast", "northwest", "southeast", "southwest", "midwest")

DaysBought = Callable[[str], list[date]]  # product id → the days on which this shopper bought it, the latest last


def reason_note(reason: Reason, product: Product, catalogue: Catalogue, days_bought: DaysBought) -> Note:
    """The reason as a note: a key of `said/reasons.yaml` and raw values, to be put into words by `say_reason`."""
    values: dict[str, object] = {"title": product.title, "count": reason.count}
    own = next(iter(catalogue.known([reason.product_id or ""])), None)
    match reason.kind:
        case "because_of" | "goes_with" | "similar":
            if own is None:
                return _general(reason, product)
            looked_at = reason.kind == "because_of" and not days_bought(own.product_id)
            return Note(key="bought_too" if looked_at else reason.kind, values=values | {"own": own.title})
        case "due_again" if gap := _own_gap(days := days_bought(product.product_id), reason.days):
            return Note(key="due_again", values=values | {"days": gap, "last": days[-1].isoformat()})
        case "due_again" | "bought_often":
            times = max(len(days_bought(product.product_id)), reason.count if reason.kind == "bought_often" else 0)
            key = "bought_before" if times < 2 else "bought_twice" if times == 2 else "bought_often"
            return Note(key=key, values=values | {"count": times})
        case "matches_words" | "popular_region" | "category":
            return Note(key=reason.kind, values=values | {"words": reason.words})
        case "new_arrival" if reason.days is not None:
            return Note(key="new_arrival", values=values)
        case "popular_now" if reason.count >= SEVERAL:
            return Note(key="popular_now", values=values)
        case _:
            return _general(reason, product)


def say_reason(note: Note, language: Language) -> str:
    """A few words for the product's card."""
    worded: dict[str, Any] = _in_words(note.values, language)
    return say(f"reason_{note.key}", language, **worded)


def in_full(note: Note, language: Language) -> Note:
    """The reason as something to say: it names the product, and how the reason came about."""
    return Note(key=f"why_{note.key}", values=dict(_in_words(note.values, language)))


def short_name(title: str) -> str:
    """The title as one would say it: up to its first comma or bracket, and not too long."""
    name = re.split(r"\s*[,(（，|]\s*|\s+[-–—]\s+", title.strip())[0]
    name = name if len(name) >= min(8, len(title)) else title
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME].rsplit(' ', 1)[0]} …"


def span(days: float, language: Language) -> str:
    """`3 weeks`, `2 个月`: a stretch of time in the unit that people would use."""
    for unit, length, from_days in (("years", _YEAR, 700.0), ("months", _MONTH, 60.0), ("weeks", _WEEK, 12.0)):
        if days >= from_days:
            return say(f"span_{unit}", language, n=max(2, round(days / length)))
    return say("span_days", language, n=max(2, round(days))) if days >= 1.5 else say("span_day", language)


def _general(reason: Reason, product: Product) -> Note:
    """Where the telling part is missing: how many bought or rated it, or that it is one of the shop's own."""
    if reason.kind.startswith("popular") and reason.count >= SEVERAL:
        return Note(key="bought_by", values={"title": product.title, "count": reason.count})
    if product.rating is not None and product.rating_count:
        values = {"title": product.title, "rating": f"{product.rating:g}", "count": product.rating_count}
        return Note(key="rated", values=values)
    if product.category:
        return Note(key="shelf", values={"title": product.title, "words": product.category})
    return Note(key="range", values={"title": product.title})


def _in_words(values: dict[str, object], language: Language) -> dict[str, str]:
    worded: dict[str, str] = {}
    for name, value in values.items():
        match name, value:
            case "title", str():
                worded[name] = short_name(value)
            case "own", str():
                worded[name] = _told_apart(value, str(values.get("title", "")))
            case "words", str():
                worded[name] = _with_article(shelf_name(value), language)
            case "count", int() | float():
                worded[name] = str(format_decimal(int(value), locale=LOCALES[language]))
            case "days", int() | float():
                worded["gap"] = span(float(value), language)
            case "last", str():
                day = date.fromisoformat(value)
                worded[name] = str(format_date(day, "long", locale=LOCALES[language]))
            case _:
                worded[name] = str(value)
    return worded


def _own_gap(days: list[date], usual: float | None) -> float | None:
    """The shopper's mean gap in days, where it is near enough to the usual one to speak of a habit of theirs."""
    if len(days) < 2 or not usual:
        return None
    own = (days[-1] - days[0]).days / (len(days) - 1)
    return own if usual / HABIT <= own <= usual * HABIT else None


def _told_apart(title: str, other: str) -> str:
    """A name that the other does not bear too: the shades of a lipstick differ only at the end of their titles."""
    return title if short_name(title) == short_name(other) else short_name(title)


def _with_article(words: str, language: Language) -> str:
    """`the United Kingdom`, `the Midwest`; other places and words as they are."""
    lowered = words.casefold()
    named = lowered in _COMPASS or re.match(r"united |.*(?:lands|states|republic|islands|emirates)$", lowered)
    return f"the {words}" if language == "en" and named else words
