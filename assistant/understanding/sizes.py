# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Sizes of clothes and shoes, and the sides of rugs and frames, as a message states them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.understanding.amounts import chinese_numeral
from retrieval.measures import NAMES

_WORDS = {
    "extra small": "xs", "x-small": "xs", "small": "s", "medium": "m", "large": "l", "extra large": "xl", "x-large": "xl",
    "小": "s", "中": "m", "大": "l", "加大": "xl", "特大": "xxl",
}  # fmt: skip
_LETTERS = r"x{0,4}[sl]|m|[2-6]xl"
_IN_WORDS = r"extra[ -]small|extra[ -]large|x-small|x-large|small|medium|large"
_NUMBER = r"\d{1,3}(?:\.5)?"
_SYSTEM = r"eur?|uk|us"
_VALUE = (
    rf"(?:{_NUMBER}|{_IN_WORDS}|{_LETTERS})(?![\w.%\"'-]|\s*(?:[x×]\s*\d|cm\b|mm\b|inch|years?\b|months?\b|stars?\b))"
)
_SIZE = re.compile(
    rf"\b(?:(?P<before>{_SYSTEM})\s+)?(?:sizes?|sz)(?:\s+(?:is|of))?\s*[:=]?\s*(?:(?P<system>{_SYSTEM}|int)\s*[:.]?\s*)?(?P<value>{_VALUE})"
    rf"|(?<!the )(?<!in )\b(?P<of>{_SYSTEM})\s?:?\s?(?P<number>\d{{1,2}}(?:\.5)?)(?![\w.%$])(?!\s*(?:dollars|pounds|days))"
    r"|\b(?P<clear>x{1,4}[sl]|[2-6]xl)(?![\w-])(?![码碼号號])"
    rf"|\bin (?:an? )?(?P<words>{_IN_WORDS})(?=\s*(?:$|[?.,!;]|please\b|or\b|for\b|and\b))"
    r"|\bwaist\s*:?\s*(?:of |size )?(?P<waist>\d{2})\b|\b(?P<inches>\d{2})(?:\s*-?\s*(?:inch(?:es)?|in|\"))?[\s-]+waist\b|\bw(?P<w>\d{2})\b"
    rf"|尺[码碼寸]\s*[:是为為]?\s*(?P<chima>{_LETTERS}|\d{{2,3}}|加大|特大|[大中小])(?![a-z\d])"
    rf"|(?P<ma>(?<![a-z\d])(?:{_LETTERS})|\d{{2,3}}|[二三四五六七八九]?十[一二三四五六七八九]?|加大|特大|[大中小])[码碼]"
    rf"|(?<![月\d])(?P<hao>(?<![a-z])(?:{_LETTERS})|[34]\d|加大|特大|[大中小])[号號](?!店|楼|線|线|[码碼])",
    re.IGNORECASE,
)
_OR = re.compile(rf"^\s*(?:or|/|,|and|或者?|、)\s*(?:size\s*)?(?P<value>{_VALUE})", re.IGNORECASE)
_SIDE_UNITS = {unit: NAMES[unit] for unit in ("mm", "cm", "m", "inch", "ft")}
_UNIT = r"\s*-?\s*(?:(?:" + ")|(?:".join(_SIDE_UNITS.values()) + r"))(?![a-wyz])"
_SIDES = re.compile(
    rf"(?<![\w.])(\d+(?:\.\d+)?)({_UNIT})?\s*(?:[x×*乘]|\bby\b)\s*(\d+(?:\.\d+)?)({_UNIT})?"
    rf"(?:\s*(?:[x×*乘]|\bby\b)\s*(\d+(?:\.\d+)?)({_UNIT})?)?(?![A-Za-z\d]|\.\d)(?!\s*(?:ml|l|g|kg|oz|pcs|packs?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class SaidSize:
    """`name` in the form in which sizes are compared: "m", "xxl", "38", "eu 38", "w32"."""

    start: int
    end: int
    name: str


@dataclass(frozen=True)
class SaidSides:
    """`sides` as numbers, the smallest first, in `unit`, "" where none is said."""

    start: int
    end: int
    sides: tuple[float, ...]
    unit: str


def read_sizes(text: str) -> list[SaidSize]:
    """Sizes in the order of the text; "size S or M" gives both. Expects NFKC text (`language.normalise`)."""
    found: list[SaidSize] = []
    for match in _SIZE.finditer(text):
        found.append(SaidSize(match.start(), match.end(), _name(match)))
        end = match.end()
        while following := _OR.match(text[end:]) if match["value"] else None:
            found.append(SaidSize(end, end + following.end(), canonical_size(following["value"])))
            end += following.end()
    return found


def read_sides(text: str) -> list[SaidSides]:
    """ "8x10", "200 x 300 cm", "8 by 10 foot", 160乘230."""
    return [_sides(match) for match in _SIDES.finditer(text)]


def canonical_size(value: str) -> str:
    """One spelling for each size: `2XL` is `xxl`, `extra large` is `xl`, 四十 is `40`."""
    value = re.sub(r"\s+", " ", value.strip().casefold())
    if value in _WORDS or value.replace("-", " ") in _WORDS:
        return _WORDS.get(value) or _WORDS[value.replace("-", " ")]
    if letters := re.fullmatch(r"(x{2,4})l|([2-6])xl", value):
        count = len(letters[1]) if letters[1] else int(letters[2])
        return "xxl" if count == 2 else f"{count}xl"
    if re.fullmatch(r"[二三四五六七八九]?十[一二三四五六七八九]?", value):
        return str(int(chinese_numeral(value)))
    return value


def _name(match: re.Match[str]) -> str:
    waist = match["waist"] or match["inches"] or match["w"]
    if waist:
        return f"w{waist}"
    value = match["value"] or match["number"] or match["clear"] or match["words"] or match["chima"] or match["ma"]
    system = (match["before"] or match["system"] or match["of"] or "").casefold().replace("eur", "eu")
    name = canonical_size(value or match["hao"])
    return f"{system} {name}" if system in ("eu", "uk", "us") else name


def _sides(match: re.Match[str]) -> SaidSides:
    numbers = sorted(float(number) for number in match.group(1, 3, 5) if number)
    units = [unit for unit in match.group(2, 4, 6) if unit]
    unit = _unit_named(units[-1].strip(" -")) if units else ""
    return SaidSides(match.start(), match.end(), tuple(numbers), unit)


def _unit_named(name: str) -> str:
    return next(unit for unit, names in _SIDE_UNITS.items() if re.fullmatch(names, name, re.IGNORECASE))
