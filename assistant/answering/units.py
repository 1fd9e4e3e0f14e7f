"""Units as people and listings write them, with what they measure and how much of the base unit they are."""

from __future__ import annotations

import re
from typing import NamedTuple


class Unit(NamedTuple):
    """A value in this unit times `factor` (degrees Fahrenheit: after taking `offset` off) is the value in the base
    unit: ml, mm, g, hours, °C, W, lumens, GB, mAh, dB, %, people, or pieces of the thing named."""

    kind: str
    factor: float
    offset: float = 0.0


_SPELLINGS: list[tuple[Unit, str]] = [
    (Unit("volume", 1), r"ml|millilit(?:er|re)s?|cc|毫升"),
    (Unit("volume", 10), r"cl|centilit(?:er|re)s?"),
    (Unit("volume", 1000), r"l|lit(?:er|re)s?|ltrs?|公升|升"),
    (Unit("volume", 29.5735), r"fl\.? ?oz|fluid ounces?"),
    (Unit("volume", 3785.41), r"gal(?:lons?)?|加[仑侖]"),
    (Unit("length", 1), r"mm|millimet(?:er|re)s?|毫米"),
    (Unit("length", 10), r"cm|centimet(?:er|re)s?|公分|厘米|[釐]米"),
    (Unit("length", 1000), r"m|met(?:er|re)s?|公尺|米"),
    (Unit("length", 1_000_000), r"km|kilomet(?:er|re)s?|公里"),
    (Unit("length", 25.4), r"inch(?:es)?|in(?! \d)|\"|英寸|吋|寸"),
    (Unit("length", 304.8), r"ft|feet|foot|英尺"),
    (Unit("mass", 1), r"g|gr|grams?|克"),
    (Unit("mass", 1000), r"kgs?|kilos?|kilograms?|公斤|千克"),
    (Unit("mass", 500), r"斤"),
    (Unit("mass", 28.3495), r"oz|ounces?|盎司"),
    (Unit("mass", 453.592), r"lbs?|pounds?|磅"),
    (Unit("time", 1 / 60), r"min(?:ute)?s?|分[钟鐘]"),
    (Unit("time", 1), r"h|hrs?|hours?|(?:个|個)?小[时時]|[钟鐘][头頭]"),
    (Unit("time", 24), r"days?|天|日"),
    (Unit("time", 168), r"weeks?|周|星期|[个個]星期"),
    (Unit("time", 730.5), r"months?(?: olds?)?|mos?|[个個]月大?"),
    (Unit("time", 8766), r"years?(?: olds?)?|yrs?(?: olds?)?|y/?o|[岁歲]|年"),
    (Unit("temperature", 1), r"° ?c|degrees?(?: c(?:elsius)?| centigrade)?|celsius|摄氏度|度|℃"),
    (Unit("temperature", 5 / 9, 32), r"° ?f|degrees? f(?:ahrenheit)?|fahrenheit|[华華]氏度"),
    (Unit("power", 1), r"w|watts?|瓦特?"),
    (Unit("power", 1000), r"kw|kilowatts?|千瓦"),
    (Unit("light", 1), r"lm|lumens?|流明"),
    (Unit("data", 1), r"gb|gigs?|gigabytes?"),
    (Unit("data", 1000), r"tb|terabytes?"),
    (Unit("charge", 1), r"mah|毫安"),
    (Unit("sound", 1), r"db|decibels?|分[贝貝]"),
    (Unit("percent", 1), r"%|per ?cent"),
    (Unit("people", 1), r"people|persons?|adults?|players?|(?:[个個])?人"),
]  # fmt: skip
_PATTERNS = [(unit, re.compile(rf"[\s-]?(?:{spelling})(?![a-z/])", re.I)) for unit, spelling in _SPELLINGS]
_THING = re.compile(r"\s(?P<thing>[a-z][a-z-]{2,})", re.I)


def unit_at(text: str, position: int) -> tuple[Unit, int] | None:
    """The unit that a number ending at the position has, and where it ends: the longest spelling that fits."""
    found = [(match.end(), unit) for unit, pattern in _PATTERNS if (match := pattern.match(text, position))]
    if not found:
        return None
    end, unit = max(found, key=lambda each: each[0])
    return unit, end


def thing_at(text: str, position: int) -> tuple[Unit, int] | None:
    """`6 perches`, `192 pages`: the things that are counted, in the singular."""
    if (match := _THING.match(text, position)) is None:
        return None
    return Unit(f"number of {match['thing'].lower().removesuffix('s')}", 1), match.end()
