# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""The price that a shopper names, read exactly: bounds, ranges, budgets, in English and Chinese.

A number is a price when a currency stands beside it, or when price words lead up to it and no other unit follows.
The conventions are those of the evaluation set: bounds are inclusive, `around 100` is 80 to 120, a bare `$25` that
nothing qualifies is exactly 25, a limit that is waved away is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from assistant.understanding.amounts import Amount, find_amounts
from retrieval.measures import NAMES

AROUND = 0.2  # a fifth to either side

Bound = Literal["max", "min", "around", "exact", "range"]


@dataclass(frozen=True)
class PriceRange:
    """Inclusive bounds in the main unit of the currency, None where open, and the stretches of text that said so."""

    low: float | None
    high: float | None
    spans: tuple[tuple[int, int], ...]


def _pattern(*alternatives: str, end: bool = False, start: bool = False) -> re.Pattern[str]:
    body = "|".join(alternatives)
    return re.compile(f"(?:{body})$" if end else f"^(?:{body})" if start else f"(?:{body})", re.IGNORECASE)


_SYMBOL = r"(?:US|HK|NT|AU|CA|A|C|S)?\$|[£€¥₱₹]|\bRs\.?|\b(?:USD|EUR|GBP|CNY|RMB|PHP|INR|HKD|JPY)\b|人民[币幣]"
_CURRENCY_BEFORE = re.compile(rf"(?:{_SYMBOL})\s*$", re.IGNORECASE)
_CURRENCY_AFTER = re.compile(
    rf"^\s*(?:{_SYMBOL}|dollars?\b|bucks?\b|quid\b|pounds?\b(?!\s+of\b)|euros?\b|pesos?\b|yuan\b|kuai\b|rupees?\b|元"
    r"|[块塊][钱錢]?|圆|刀(?=$|[\s,，。!！?？以之内內左吧的])|美[元金]|英[镑鎊]|欧元|歐元|港[币幣])",
    re.IGNORECASE,
)
_SMALL_UNIT = re.compile(r"^\s*(?:cents?\b|pence\b|毛[钱錢]?|角)", re.IGNORECASE)
_TENTHS = re.compile(r"^[块塊]([一二三四五六七八九\d])(?![\d十百])")

# What follows a number that is not a price.
_OTHER_UNIT = re.compile(
    r"^\s*-?\s*(?:[\"″%°★]|'{1,2}(?!s)|percent\b|inch(?:es)?\b|in\b(?=\s+(?:wide|tall|long|deep|x))|[cmk]?m\b|f(?:oo|ee)?t\b"
    r"|yards?\b|kgs?\b|kilos?\b|g(?:rams?)?\b|lbs?\b|oz\b|ounces?\b|ml\b|cl\b|l(?:it(?:er|re)s?)?\b|gb\b|tb\b|mb\b|mah\b"
    r"|wh?\b|watts?\b|v(?:olts?)?\b|[mgk]?hz\b|hours?\b|hrs?\b|h\b|min(?:ute)?s?\b|days?\b|nights?\b|weeks?\b|months?\b|mos?\b"
    r"|years?\b|yrs?\b|y/?o\b|stars?\b|pcs?\b|pieces?\b|packs?\b|pairs?\b|people\b|persons?\b|guests?\b|kids\b|players?\b"
    r"|servings?\b|sheets?\b|pages?\b|tiers?\b|counts?\b|units?\b|items?\b|sizes?\b|st\b|nd\b|rd\b|th\b|spf\b|rpm\b|nm\b|[x×]\s*\d"
    r"|of\s+(?:the|them|these|those)\b|off\b|coupon|gauge\b|ply\b|seater\b|speed\b|reviews?\b|ratings?\b"
    r"|寸|[厘毫]米|公分|米|公?斤|千克|克|毫?升|毫安|小时|小時|分[钟鐘]|天|[日号號月年]|个?月|[岁歲码碼星分]|[个個件双雙只条條瓶包盒抽支人款张張套本颗粒]"
    r"|瓦|伏|成|折|寸|新款|小朋友|[减減])",
    re.IGNORECASE,
)
_MEASURED = re.compile(rf"^\s*-?\s*(?:{'|'.join(NAMES.values())})(?![a-z])", re.IGNORECASE)
# What leads up to a number that is not a price.
_OTHER_CONTEXT = re.compile(
    r"(?:\b(?:sizes?|sz|waist|inseam|age[sd]?|iphone|galaxy|pixel|ps|model|order|no\.|spf|rated|ratings?|version|gen|thread|count"
    r"|wattage|weigh\w*|weight|height|wide|tall|long|volume|capacity|memory|storage|pack of|set of|box of|charged|refund\w*|paid"
    r"|(?:shipping|delivery|postage)(?: (?:is|free|on|for|orders?))*)\b|评分|評分|型[号號]|[订訂][单單]|身高|体重|體重|小米|华为|[编編][号號]|容量|重量|尺[寸码碼]|第|[满滿]|#)"
    r"[\s:]*(?:is|of|from|over|above|between|at least|up to|under|below|more than|less than|no\.?|number|[号號])?\s*$",
    re.IGNORECASE,
)

_FILLER = r"(?:\s*(?:a|an|the|of|is|was|be|to|more like|like|now|actually|really|just|uh|um|only|price[ds]?|[:=花是为為在约約]))*\s*"
_LEAD_MAX = _pattern(
    rf"(?:(?:\b(?:undr|unde?r|below|beneath|within|sub|max(?:imum)?|upto|up to|at most|ceiling|budget|limit|afford|spend(?:ing)?|stretch to"
    rf"|(?:less|lower|cheaper) th[ae]n|(?:no|not|never|cannot|(?:is|are|do|does|wo|ca|should|would|could|must)n'?t)(?: \w+){{0,4}} (?:more|higher|over|above|pricier|exceed(?:ing)?)(?: than)?"
    rf"|not exceed(?:ing)?|(?:can'?t|won'?t|cannot) exceed|(?:i have|i'?ve got|i got))\b|(?:^|[,.;!?])\s*(?:(?:and|but|only|just)\s+)*got\b|sub-|<=?|≤"
    rf"|不(?:要|能|想)?(?:超[过過出]|[高大][于於])|别超[过過]|低[于於]|小[于於]|少[于於]|[最顶頂]多|最高|至多|不到|不足|[预預]算(?:可以|能|就)?(?:改成|改为|改為|提高到|加到|[调調]到|放[宽寬]到|增加到|降到|到)?|控制在|我就){_FILLER})",
    end=True,
)
_LEAD_MIN = _pattern(
    rf"(?:(?:\b(?:over|above|upwards? of|north of|at least|min(?:imum)?(?: of)?|starting (?:at|from)|from|exceed(?:s|ing)?"
    rf"|(?:more|greater|higher) th[ae]n|(?:no|not) (?:less|lower|cheaper) than|(?:not|nothing) (?:under|below))\b|>=?|≥"
    rf"|(?<![不别])超[过過出]|(?<!不)[高大][于於]|多[于於]|至少|最低|最少|起码|起碼|不低[于於]|不少[于於]){_FILLER})",
    end=True,
)
_LEAD_AROUND = _pattern(
    r"\b(?:around|about|roughly|approx(?:imately)?\.?|circa|something like|maybe|near(?:ly)?)(?: (?:like|uh|um|a))*\s*|大[概约約]\s*|差不多\s*|[约約]\s*",
    end=True,
)
_LEAD_EXACT = _pattern(r"\b(?:for|costs?|costing|at|priced at|price(?: is)?|was|is)\s*", end=True)
_LEAD_RANGE = _pattern(r"\b(?:betwe+n|from|rang(?:e|ing)(?: from)?)\s*|在\s*|[^\W\d]*[:：]\s*", end=True)
_EACH = r"(?:\s*(?:per \w+|each|apiece|a piece))?"
_TAIL_MAX = _pattern(
    rf"{_EACH}[\s,]*(?:or|and) (?:less|under|below|cheaper|lower)\b|{_EACH}[\s,]*(?:max(?:imum)?|tops?|at (?:the )?most|limit)\b",
    r"\s*(?:is|'s) (?:my|the|our) (?:ceiling|limit|max(?:imum)?|budget|most)\b|(?:之|以)?[内內]|以下|封[顶頂]|为止|\s*to spend\b",
    start=True,
)
_TAIL_MIN = _pattern(
    r"\s*\+|\s*(?:or|and) (?:more|above|over|up|higher)\b|\s*(?:plus|upwards?)\b|以上|起|往上|[开開]外", start=True
)
_TAIL_AROUND = _pattern(r"\s*-?ish\b|\s*or so\b|\s*(?:左右|上下|前[后後]|[来來]块)", start=True)
_TAIL_OF_ONE = _pattern(r"\s*的", start=True)
_JOIN = re.compile(r"^\s*(-|–|—|~|to\b|and\b|n\b|till\b|&|到|至|和|与|跟)\s*$", re.IGNORECASE)
_NEEDS_BETWEEN = {"and", "n", "&", "和", "与", "跟"}

_REFUSED_BEFORE = _pattern(r"\bnothing\s*", r"(?:别|不要|不用)(?:给我|給我)?看?\s*", end=True)
_REFUSED_AFTER = _pattern(
    r"\s*(?:is|are|would be)? ?(?:way |far )?too (?:much|expensive|pricey|dear)\b",
    r"的?(?:我?就)?(?:都)?(?:不要|别|免|不看)",
    start=True,
)
_WAIVED = _pattern(
    r"\b(?:(?:drop|forget|ignore|remove|lose|scrap|lift)(?: about)? (?:the|that|my|any|this)|don'?t care|never mind)\b[^.;!?]{0,30}$",
    r"(?:把|取消|去掉|不管|忽略)[^。;!?]{0,6}$",
    end=True,
)
_SPENDING = _pattern(
    r"\b(?:free|shipping|delivery)\b(?:(?!price|cost|budget)[^.;!?]){0,16}$", r"(?:包邮|免运费)[^。;!?]{0,6}$", end=True
)
_PRICE_WORDS = re.compile(r"price|cost|budget|spend|\brange\b|价|價|预算|預算", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?;。!?;](?=\s|$)|[。;]")


@dataclass(frozen=True)
class _Price:
    """An amount in its surroundings: `start` and `end` take in the currency, `marked` says that there is one."""

    start: int
    end: int
    low: float
    high: float
    marked: bool
    other: bool  # it counts something else
    figures: bool


@dataclass(frozen=True)
class _Constraint:
    bound: Bound
    low: float
    high: float
    start: int
    end: int
    marked: bool


def parse_price(text: str) -> PriceRange | None:
    """The price range that the text states, None where it states none. Expects NFKC text (`language.normalise`)."""
    prices = [_surroundings(text, amount) for amount in find_amounts(text)]
    constraints = _preferring_marked(text, list(_constraints(text, prices)))
    low: float | None = None
    high: float | None = None
    for constraint in constraints:
        if constraint.bound in ("min", "range", "around", "exact"):
            low = constraint.low if low is None else max(low, constraint.low)
        if constraint.bound in ("max", "range", "around", "exact"):
            high = constraint.high if high is None else min(high, constraint.high)
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        low, high = high, low
    return PriceRange(low, high, tuple((constraint.start, constraint.end) for constraint in constraints))


def _surroundings(text: str, amount: Amount) -> _Price:
    before, after = text[: amount.start], text[amount.end :]
    start, end, low, high = amount.start, amount.end, amount.low, amount.high
    slang = text[start:end].lower().endswith(("tenner", "fiver", "grand"))
    symbol = _CURRENCY_BEFORE.search(before)
    tenths, small, word = _TENTHS.match(after), _SMALL_UNIT.match(after), _CURRENCY_AFTER.match(after)
    if symbol:
        start = symbol.start()
    if tenths:
        low = high = low + next(find_amounts(tenths[1])).low / 10
        end += tenths.end()
    elif small:
        factor = 10 if small[0].strip()[0] in "毛角" else 100
        low, high, end = low / factor, high / factor, end + small.end()
    elif word:
        end += word.end()
    marked = bool(symbol or tenths or small or word or slang)
    rest = text[end:]
    other = (
        bool(_OTHER_UNIT.match(rest) or _MEASURED.match(rest))
        if not marked or word
        else bool(re.match(r"\s*off\b|\s*coupon|\s*[减減]", rest))
    )
    other = other or (not marked and bool(_OTHER_CONTEXT.search(before)))
    return _Price(start, end, low, high, marked, other, amount.written == "figures")


def _constraints(text: str, prices: list[_Price]) -> Iterable[_Constraint]:
    skip = -1
    for position, price in enumerate(prices):
        if position == skip:
            continue
        following = prices[position + 1] if position + 1 < len(prices) else None
        joined = _range(text, price, following) if following else None
        found = joined or (None if price.other else _single(text, price))
        if joined or (following and _JOIN.match(text[price.end : following.start]) and following.other):
            skip = position + 1
            if joined is None:
                continue  # 24 and 27 inches: the unit holds for both
        if found and not _is_waived(text, found):
            yield _maybe_refused(text, found)


def _range(text: str, first: _Price, second: _Price) -> _Constraint | None:
    join = _JOIN.match(text[first.end : second.start])
    if (
        join is None
        or second.other
        or (first.other and not second.marked)
        or _OTHER_CONTEXT.search(text[: first.start])
    ):
        return None
    before = text[: first.start]
    lead = _LEAD_RANGE.search(before)
    between = (
        bool(lead)
        or text[second.end :].startswith(("之间", "之間"))
        or bool(re.search(r"\bbetwe+n\b", before[-30:], re.I))
    )
    marked = first.marked or second.marked
    if join[1].lower() in _NEEDS_BETWEEN and not between:
        return None
    dashed = join[1] in "-–—~到至" and first.low >= 10 and second.low > first.low
    if not (marked or lead or (dashed and (_PRICE_WORDS.search(text) or re.search(r"[\u4e00-\u9fff]", text)))):
        return None
    if first.other:
        return None
    low = first.low * (
        1000 if first.low < second.low / 500 and re.search(r"[k千]$", text[first.start : second.end]) else 1
    )
    start = lead.start() if lead and not before[lead.start() :].strip().endswith((":", "：")) else first.start
    tail = re.match(r"\s*(?:之[间間]|range\b|的)", text[second.end :])
    return _Constraint("range", low, second.high, start, second.end + (tail.end() if tail else 0), marked)


def _single(text: str, price: _Price) -> _Constraint | None:
    before, after = text[: price.start], text[price.end :]
    for bound, tail in (("around", _TAIL_AROUND), ("max", _TAIL_MAX), ("min", _TAIL_MIN)):
        if (found := tail.match(after)) and not (
            found[0].strip() in ("内", "內") and not price.marked and not price.figures
        ):
            lead = {"max": _LEAD_MAX, "min": _LEAD_MIN, "around": _LEAD_AROUND}[bound].search(before)
            return _bounded(bound, price, lead.start() if lead else price.start, price.end + found.end())  # type: ignore[arg-type]
    if _SPENDING.search(before):
        return None
    for bound, pattern in (("max", _LEAD_MAX), ("min", _LEAD_MIN), ("around", _LEAD_AROUND)):
        lead = pattern.search(before)
        if lead and (price.marked or _may_lead_unmarked(lead[0], price)):
            return _bounded(bound, price, lead.start(), price.end)  # type: ignore[arg-type]
    if price.high > price.low and (price.marked or _TAIL_OF_ONE.match(after)):
        return _Constraint("range", price.low, price.high, price.start, price.end, True)
    exact = _LEAD_EXACT.search(before)
    if price.marked and (exact or _TAIL_OF_ONE.match(after)):
        return _bounded("exact", price, exact.start() if exact else price.start, price.end)
    return None


def _may_lead_unmarked(lead: str, price: _Price) -> bool:
    """`within 3`, `from 2`, `i have 4` say nothing of money without a currency; `under 3` does."""
    weak = re.match(r"(?:within|from|i have|i'?ve got|i got|about|maybe|near)", lead.strip(), re.IGNORECASE)
    return not weak or (price.low >= 20 and not lead.lower().startswith(("from", "within", "i ")))


def _bounded(bound: Bound, price: _Price, start: int, end: int) -> _Constraint:
    low, high = price.low, price.high
    if bound == "around":
        low, high = round(low * (1 - AROUND), 2), round(high * (1 + AROUND), 2)
    return _Constraint(bound, low, high, start, end, price.marked)


def _is_waived(text: str, constraint: _Constraint) -> bool:
    return bool(_WAIVED.search(text[: constraint.start]))


def _maybe_refused(text: str, constraint: _Constraint) -> _Constraint:
    """`nothing under 50` asks for 50 and up, `above 14 is too much` for 14 and less."""
    if constraint.bound not in ("max", "min"):
        return constraint
    if not (_REFUSED_BEFORE.search(text[: constraint.start]) or _REFUSED_AFTER.match(text[constraint.end :])):
        return constraint
    return replace(constraint, bound="min" if constraint.bound == "max" else "max")


def _preferring_marked(text: str, constraints: list[_Constraint]) -> list[_Constraint]:
    """Where one sentence names a currency, a bare number in another sentence is something else (a power, a weight)."""
    marked = [constraint for constraint in constraints if constraint.marked]
    if not marked:
        return constraints
    return [
        constraint
        for constraint in constraints
        if constraint.marked
        or any(
            not _SENTENCE_END.search(text[min(constraint.end, other.end) : max(constraint.start, other.start)])
            for other in marked
        )
    ]
