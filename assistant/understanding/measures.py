# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""The measures that a message states: "at least 500 ml", "under a kilo", "for a 5 year old", 三公斤以内.

An amount is a measure when a unit stands behind it or an age is spoken of; money, pieces and dates are none. Bounds are
inclusive, "around" is a fifth to either side, as for prices. What a thing must carry or outlast ("holds 150 kg",
"keeps hot for 12 hours") is a lower bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from assistant.understanding import words
from assistant.understanding.amounts import Amount, find_amounts
from assistant.understanding.money import AROUND
from retrieval.measures import NAMES, UNITS, Measure

CUES: dict[str, str] = {
    "support": r"\bsupport\w*|\bholds?\b|\bholding|\bcarr(?:y|ies)\b|\bload\b|承重|承[载載]|[载載]重",
    "weigh": r"\bweigh\w*|\bheav\w*|\blight(?:er|est)\b|重量?",
    "wide": r"\bwid\w*|\bnarrow\w*|[宽寬]",
    "long": r"\blong\w*|\blength|\bshorter|长|長",
    "tall": r"\btall\w*|\bheight|\bhigh\b|\bhigher\b|(?<!至)高度?",
    "deep": r"\bdeep\w*|\bdepth|深",
    "thick": r"\bthick\w*|\bthin\w*|厚",
    "diameter": r"\bdiameter|\bacross\b|直[径徑]",
    "tip": r"\btips?\b|\bnibs?\b|笔尖",
    "screen": r"\bscreen|\bdisplay|\bmonitors?\b|屏",
    "ram": r"\bram\b|\bmemory|内存|內存|記憶體",
    "storage": r"\bstorage|\bssd\b|\bdrive\b|存[储儲]|硬[盘盤]",
    "power": r"\bpower\b(?! bank)|\bwattage|功率",
    "battery": r"\bbatter(?:y|ies)|\blasts?\b|\bruns?\b|\brun ?time|\bplay(?:back|time)|续航|續航|[电電]池",
    "hot": r"\b(?:hot|warm)\b|保[温溫]",
    "cold": r"\b(?:cold|cool)\b|保冷",
    "guarantee": r"\bguarante\w+|\bwarrant\w+|[质質]保|保修",
    "capacity": r"\bcapacity|\bvolume|容量",
}
"""Words that say what is measured, by the name under which `fitting` knows them."""

_SAID_OF_LENGTH = ("wide", "long", "tall", "deep", "thick", "diameter", "tip", "screen")
_DIMENSIONS = dict.fromkeys(_SAID_OF_LENGTH, ("length",)) | {
    "support": ("mass", "volume"),
    "weigh": ("mass",),
    "ram": ("data",),
    "storage": ("data",),
    "power": ("power",),
    "battery": ("time", "charge"),
    "hot": ("time",),
    "cold": ("time",),
    "guarantee": ("time",),
    "capacity": ("volume", "charge", "mass"),
}
"""What each cue can be said of: the 保温 of a 保温杯 keeps no millilitres hot."""

_OUTLASTED = ("support", "battery", "hot", "cold", "guarantee")
AGE = "age"
BESIDE = 14  # characters before a measure that say whose it is


def _pattern(*alternatives: str, end: bool = False) -> re.Pattern[str]:
    body = "|".join(alternatives)
    return re.compile(f"(?:{body})$" if end else f"^(?:{body})", re.IGNORECASE)


_FILLER = r"(?:\s*(?:an?|the|of|is|about|in|about|就|是|为|為|在|[:=]))*\s*"
_LEADS = {
    "max": _pattern(
        rf"(?:\b(?:under|below|beneath|within|up ?to|at most|max(?:imum)?(?: of)?|not exceed(?:ing)?|sub|(?:less|fewer|smaller|lighter|shorter|narrower|lower|thinner|younger|slimmer) th[ae]n"
        rf"|(?:no|not|isn'?t|aren'?t) (?:more|heavier|bigger|larger|wider|taller|longer|higher|over|above|thicker|deeper|older)(?: th[ae]n)?)\b|<=?|≤"
        rf"|不超[过過]|不[大高长長重]于|(?<!不)[小低少轻輕短][于於]|不到|不足|未[满滿]|最多|至多|最[大长長重]){_FILLER}",
        end=True,
    ),
    "min": _pattern(
        rf"(?:\b(?:over|above|at least|from|min(?:imum)?(?: of)?|starting (?:at|from)|(?:more|greater|bigger|larger|longer|heavier|taller|wider|higher|thicker|deeper|older) th[ae]n"
        rf"|(?:no|not) (?:less|smaller|shorter|lighter|lower|younger|under|below)(?: th[ae]n)?)\b|>=?|≥"
        rf"|至少|起码|起碼|最少|不低[于於]|不少[于於]|不小[于於]|(?<!不)[大高多]于|(?<!不)超[过過]){_FILLER}",
        end=True,
    ),
    "around": _pattern(
        rf"(?:\b(?:around|about|roughly|approx(?:imately|\.)?|circa|nearly)\b|~|大概|大约|大約|[约約]|差不多){_FILLER}",
        end=True,
    ),
}
_TAILS = {
    "around": _pattern(r"\s*(?:or so\b|-?ish\b|左右|上下)"),
    "max": _pattern(
        r"\s*(?:\w+\s+)?max(?:imum)?\b|\s*(?:(?:or|and) (?:less|under|smaller|lower|below|lighter|shorter|narrower|younger|thinner)\b|tops\b|及?以[内內下]|之[内內]|[内內](?![存存]))"
    ),
    "min": _pattern(
        r"\s*(?:\w+\s+)?min(?:imum)?\b(?!\s*ute)|\s*(?:\+|(?:or|and) (?:more|above|over|up(?:wards?)?|larger|bigger|longer|higher|older|taller|wider|heavier|greater)\b|plus\b|及?以上|起(?!来)|往上)"
    ),
}
_NAMED_UNIT = re.compile(
    r"^\s*-?\s*(?:" + "|".join(f"(?P<u{place}>{names})" for place, names in enumerate(NAMES.values())) + r")(?![a-z])",
    re.IGNORECASE,
)
_UNITS_IN_ORDER = tuple(NAMES)
_GIGABYTES = re.compile(r"^\s*G(?![A-Za-z])")  # 16G; in small letters it is a gram
_TERABYTES = re.compile(r"^\s*T(?![A-Za-z恤])")
_JIN = re.compile(r"^\s*斤")
_POUNDS = re.compile(r"^\s*-?\s*pounds?\b", re.IGNORECASE)
_WEIGHED = re.compile(r"\b(?:lighter|heavier|weigh\w*|weight|dumb-?bells?|kettlebells?)\b[^,.;]{0,16}$", re.IGNORECASE)
_WEIGHED_AFTER = re.compile(r"^\s*-?\s*pounds?\s+(?:of\s+(?!them|these|those)|(?:dumb|kettle)-?bell)", re.IGNORECASE)
_MONEY_BEFORE = re.compile(r"(?:[$£€¥₱₹]|\b(?:usd|eur|gbp|php|rs\.?))\s*$", re.IGNORECASE)
_HALF = re.compile(
    r"(?P<half>\bhalf(?: of)? an?\s+|半)|\b(?P<one>an?\s+)(?=(?:kilo|lit(?:er|re)|met(?:er|re)|gallon|pound|terabyte)s?\b)",
    re.IGNORECASE,
)
_AND_A_HALF = re.compile(r"^\s+and a half\b|^半(?![升斤米])", re.IGNORECASE)
_INCHES = re.compile(r"^\s*(\d{1,2}(?:\.5)?)(?:\s*(?:\"|''|″|”|in(?:ch(?:es)?)?\b)|(?![\w.]))", re.IGNORECASE)
_JOIN = re.compile(r"^\s*(-|–|—|~|to|and|到|至|和)\s*$", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:\bbetween|\bfrom|\baged?(?: between)?|\bages|在)\s*$", re.IGNORECASE)

_OLD = re.compile(
    r"^\s*-?\s*(?:(?P<month>months?|mos?|mths?)|(?P<year>years?|yrs?|y))?[\s-]*(?:/?o(?:lds?)?\b)|^\s*(?P<sui>[周週]?[岁歲])|^\s*(?P<yue>[个個]月)(?=大|的?[宝寶婴嬰])",
    re.IGNORECASE,
)
_AGED = re.compile(r"\b(?:aged?s?(?: between)?|ages?(?: of| from)?|turn(?:s|ing|ed)?)\s*$", re.IGNORECASE)
_SERVICE = re.compile(
    r"\b(?:deliver\w*|ship\w*|return\w*|refund\w*|arriv\w*|order\w*|bought|ago|come in|exchange\w*)\b|退[货貨换換]|[发發送到][货貨]|快递|配送|前[买買]|无理由",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[,.;!?，。；、](?!\d)")


@dataclass(frozen=True)
class SaidMeasure:
    """A measure and where it is said; `of` is a key of `CUES`, `AGE`, or "" where nothing says what is measured.

    `amount` is the stretch that holds the number and the unit alone.
    """

    start: int
    end: int
    measure: Measure
    of: str
    amount: str


@dataclass(frozen=True)
class _Quantity:
    start: int
    end: int  # with its unit
    low: float
    high: float
    unit: str
    age: bool


def read_measures(text: str) -> list[SaidMeasure]:
    """All measures that the text states, in its order. Expects NFKC text (`language.normalise`)."""
    found: list[SaidMeasure] = []
    for quantity in _quantities(text):
        said = _said(text, quantity)
        if said is not None:
            found.append(said)
    return found


def of_a_body(text: str, start: int) -> bool:
    """Whether what is measured from there on is a person or a pet: "I'm 6'2"."""
    return words.says("bodies", text[max(0, start - BESIDE) : start])


def _quantities(text: str) -> Iterator[_Quantity]:
    """Amounts with their units; two that are joined into a range are one."""
    amounts = _amounts(text)
    skip, read = -1, 0
    for place, amount in enumerate(amounts):
        if place <= skip or amount.start < read or _MONEY_BEFORE.search(text[: amount.start]):
            continue
        own = _with_unit(text, amount)
        following = _with_unit(text, amounts[place + 1], of_range=True) if place + 1 < len(amounts) else None
        if following and _are_range(text, amount, own, following):
            skip = place + 1
            age = following.age or bool(_AGED.search(text[: amount.start]))
            low, high = sorted((amount.low, following.high))
            yield replace(following, start=amount.start, low=low, high=high, age=age)
        elif own:
            read = own.end
            yield own
        elif (
            _AGED.search(text[: amount.start])
            and amount.high < 120
            and not _JOIN.match(text[amount.end : amount.end + 3])
        ):
            yield _Quantity(amount.start, amount.end, amount.low, amount.high, "year", age=True)


def _amounts(text: str) -> list[Amount]:
    amounts = list(find_amounts(text))
    taken = {place for amount in amounts for place in range(amount.start, amount.end)}
    for match in _HALF.finditer(text):
        if not taken & set(range(*match.span())):
            value = 0.5 if match["half"] else 1.0
            amounts.append(Amount(match.start(), match.end(), value, value, "words"))
    return sorted((_and_a_half(text, amount) for amount in amounts), key=lambda amount: amount.start)


def _and_a_half(text: str, amount: Amount) -> Amount:
    half = _AND_A_HALF.match(text[amount.end :])
    if half is None:
        return amount
    return replace(amount, end=amount.end + half.end(), low=amount.low + 0.5, high=amount.high + 0.5)


def _with_unit(text: str, amount: Amount, *, of_range: bool = False) -> _Quantity | None:
    before, after = text[: amount.start], text[amount.end :]
    if re.search(r"[A-Za-z]$", before):
        return None  # a model's number: GT500
    factor = 1.0
    if old := _OLD.match(after):
        unit = "month" if old["month"] or old["yue"] else "year"
        return _Quantity(amount.start, amount.end + old.end(), amount.low, amount.high, unit, age=True)
    if (pounds := _POUNDS.match(after)) and (_WEIGHED.search(before) or _WEIGHED_AFTER.match(after)):
        unit, end = "lb", pounds.end()
    elif jin := _JIN.match(after):
        unit, end, factor = "kg", jin.end(), 0.5
    elif letter := _GIGABYTES.match(after):
        unit, end = "gb", letter.end()
    elif letter := _TERABYTES.match(after):
        unit, end = "tb", letter.end()
    elif named := _NAMED_UNIT.match(after):
        unit, end = next(name for place, name in enumerate(_UNITS_IN_ORDER) if named[f"u{place}"]), named.end()
    elif of_range and _AGED.search(re.sub(r"\d+\s*(?:-|–|to|and)\s*$", "", before)):
        unit, end = "year", 0
        return _Quantity(amount.start, amount.end, amount.low, amount.high, unit, age=True)
    else:
        return None
    if unit == "ft" and (inches := _INCHES.match(after[end:])):  # 6'2", 5 ft 4
        high = amount.high + float(inches[1]) / 12
        amount, end = replace(amount, low=high, high=high), end + inches.end()
    if half := _AND_A_HALF.match(after[end:]):  # a kilo and a half, 一斤半
        amount, end = replace(amount, low=amount.low + 0.5, high=amount.high + 0.5), end + half.end()
    return _Quantity(amount.start, amount.end + end, amount.low * factor, amount.high * factor, unit, age=False)


def _are_range(text: str, first: Amount, own: _Quantity | None, second: _Quantity) -> bool:
    join = _JOIN.match(text[own.end if own else first.end : second.start])
    if join is None or (own and own.unit != second.unit):
        return False
    return join[1].lower() not in ("and", "和") or bool(_BETWEEN.search(text[: first.start]))


def _said(text: str, quantity: _Quantity) -> SaidMeasure | None:
    before, after = text[: quantity.start], text[quantity.end :]
    bound, start, end = "exact", quantity.start, quantity.end
    for name, pattern in _LEADS.items():
        if lead := pattern.search(before):
            bound, start = name, lead.start()
            break
    for name, pattern in _TAILS.items():
        if tail := pattern.match(after):
            bound, end = name, quantity.end + tail.end()
            break
    if quantity.low != quantity.high:
        bound = "exact"
        between = re.search(r"\b(?:between|from)\s*$", before, re.IGNORECASE)
        start = between.start() if between else start
    if quantity.age and (whom := re.search(r"\b(?:for|to)\s+(?:an?|my|our|the)\s*$", text[:start], re.IGNORECASE)):
        start = whom.start()  # "for a 5 year old" is dealt with as a whole
    of = AGE if quantity.age else _cue(text, start, quantity, end)
    if not _belongs(text, quantity, of):
        return None
    low, high = _bounds(quantity, bound, of)
    measure = Measure(low=low, high=high, unit=quantity.unit)
    return SaidMeasure(start, end, measure, of, text[quantity.start : quantity.end])


def _bounds(quantity: _Quantity, bound: str, of: str) -> tuple[float | None, float | None]:
    low, high = quantity.low, quantity.high
    if of == AGE and bound == "min":
        bound = "exact"  # a toy from three years on is for who is three
    outlasted = of in _OUTLASTED and low == high and (bound == "exact" or (bound == "max" and of == "support"))
    if bound == "min" or outlasted:
        return low, None
    if bound == "max":
        return None, high
    if bound == "around":
        return round(low * (1 - AROUND), 6), round(high * (1 + AROUND), 6)
    return low, high


def _cue(text: str, start: int, quantity: _Quantity, end: int) -> str:
    """What is measured: the word beside the amount, on the nearer side, in the same clause."""
    after = _CLAUSE_END.split(text[quantity.end : end + 14])[0]
    before = _CLAUSE_END.split(text[max(0, start - 24) : quantity.start])[-1]
    nearest: tuple[int, str] | None = None
    dimension = UNITS[quantity.unit][0]
    for name, pattern in CUES.items():
        if dimension not in _DIMENSIONS[name]:
            continue
        for match in re.finditer(pattern, before, re.IGNORECASE):
            nearest = min(nearest or (99, ""), (len(before) - match.end() + 1, name))
        if match_after := re.search(pattern, after, re.IGNORECASE):
            nearest = min(nearest or (99, ""), (match_after.start(), name))
    return nearest[1] if nearest else ""


def _belongs(text: str, quantity: _Quantity, of: str) -> bool:
    """Days and weeks, and any time in talk of deliveries and returns, say nothing of a product."""
    if UNITS[quantity.unit][0] != "time" or quantity.age:
        return True
    if quantity.unit in ("day", "week"):
        return of in _OUTLASTED and not _SERVICE.search(text)
    if quantity.unit in ("month", "year"):
        return (of == "guarantee" or quantity.low != quantity.high) and not _SERVICE.search(text)
    return not _SERVICE.search(text)
