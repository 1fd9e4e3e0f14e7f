# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""The parts of a message that are decided exactly: price, stars, stock, order, catalogue values, what is taken back."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from assistant.turn import Sort
from assistant.understanding.fitting import Said
from assistant.understanding.measures import read_measures
from assistant.understanding.prices import PriceRange, parse_price
from assistant.understanding.sizes import read_sides, read_sizes
from assistant.understanding.vocabulary import Mention, Vocabulary
from retrieval.filters import BRAND, CATEGORY, COLOUR, WORD
from retrieval.measures import Measure

_STARS = re.compile(
    r"(?:(?:rated|rating|review(?:ed|s)?)\s*(?:of\s*)?(?:at least|above|over|from|>=?|≥)?\s*(?P<a>[1-5](?:\.\d)?)\b(?!\s*(?:gb|kg|cm))"
    r"|(?:at least|above|over)?\s*(?P<b>[1-5](?:\.\d)?)\s*\+?\s*[- ]?(?:stars?|★)(?:\s*(?:and|or)\s*(?:up|above|more|over|better)|\s*\+)?"
    r"|[评評]分(?:在|[高大]于|不低于|至少|超[过過])?\s*(?P<c>[1-5](?:\.\d)?)\s*分?(?:以上|起)?"
    r"|(?P<d>[1-5](?:\.\d)?)\s*[星分]\s*(?:以上|起))",
    re.IGNORECASE,
)
_IN_STOCK = re.compile(
    r"\b(?:(?:that(?:'s| is| are)\s+)?in stock|available (?:now|right now|today)|ready to ship)\b|[现現][货貨]|有[货貨](?:的)",
    re.I,
)
_SORTS: tuple[tuple[Sort, re.Pattern[str]], ...] = (
    (
        "price_low",
        re.compile(
            r"\b(?:the\s+|your\s+)?(?:cheapest|least expensive|lowest[- ]priced?|most affordable)\b|最便宜的?|[价價]格最低的?",
            re.I,
        ),
    ),
    (
        "price_high",
        re.compile(r"\b(?:the\s+|your\s+)?(?:most expensive|priciest|dearest|highest[- ]priced?)\b|最[贵貴]的?", re.I),
    ),
    (
        "rating",
        re.compile(
            r"\b(?:the\s+|your\s+)?(?:best[- ]rated|top[- ]rated|highest[- ]rated|best[- ]reviewed)\b|[评評](?:分|[价價])最(?:高|好)的?|口碑最好的?",
            re.I,
        ),
    ),
)
_CHEAPER = re.compile(
    r"\b(?:something |anything |any |some |a bit |much |even )?(?:cheaper|less expensive|more affordable|lower priced?)(?: ones?| options?| alternatives?)?\b|(?:更|再)?便宜(?:一?点|一?點|些)的?|太[贵貴]了?",
    re.I,
)
_TOO_DEAR = re.compile(
    r"\b(?:too (?:expensive|pricey|dear|much)|over (?:my|the) budget|can'?t afford (?:it|that|those|them))\b", re.I
)
_DEARER = re.compile(
    r"\b(?:something |anything |a bit )?(?:more expensive|pricier|fancier|more premium|higher[- ]end)(?: ones?| options?)?\b|(?:更|再)?[贵貴](?:一?点|一?點|些)的?|高[档檔端]一?[点點些]?",
    re.I,
)

_NOT_BEFORE = re.compile(
    r"(?:\b(?:no|not|non|without|except(?: for)?|excluding|exclude|but not|(?:any(?:thing)?|every(?:thing)?|all|whatever)(?: (?:colou?rs?|ones?|shades?|brands?))? (?:but|except)|other than|avoid|hates?|dislikes?|never"
    r"|(?:don'?t|do not|doesn'?t|didn'?t|isn'?t|aren'?t)(?: really)?(?: want| like| need| care for| have)?|rather not|instead of|nothing)\b"
    r"|不要|不想要|别|不喜[欢歡]|除了|不是|非|讨厌|討厭|(?<!有)[没沒]有)"
    r"(?:\s|-|any|it|them|one|to|be|from|in|made|of|by|the|a|brand|too|with|called|on|看|用|买|是|太|[这這]个|[那]个)*$",
    re.IGNORECASE,
)
_NOT_AFTER = re.compile(r"^\s*(?:色|的)?(?:除外|以外|之外|的?(?:都)?不要|的?(?:都)?不行|的?不考[虑慮])", re.IGNORECASE)
_FREE_OF = re.compile(r"\b(?:no|without|free (?:of|from))\s+(?:any\s+)?([a-z]+)", re.IGNORECASE)
_ALSO_NOT = re.compile(r"^\s*(?:,|or|nor|and|/|或者?|和|、)\s*(?:the\s+)?$", re.IGNORECASE)
_PRICE_LEAD = re.compile(
    r"(?:(?:,|\b(?:and|that|which|where|with|for|at|are|is|it|they|should|must|be|has|have|of|a|an|the|in|my|its|their))\s*)*"
    r"\b(?:pric(?:ed?|es|ing)|costs?|costing|selling|sold|range[sd]?|ranging)(?:\s+(?:is|are|be|should be|range|for|at|of|from|tag))*\s*$",
    re.IGNORECASE,
)
_SPEECH = re.compile(
    r"^\s*(?:(?:so|yeah|yes|ok(?:ay)?|well|right|hi|hey|hello|um+|uh+)\b[\s,]*){2,}"
    r"|^\s*(?:hi|hiya|heya?|hello|howdy|good (?:morning|afternoon|evening))(?: (?:there|all|guys|team))?\s*[,!.]+\s*(?:got\b(?=\s+(?:any|some|an?\b)))?(?=\s*\w)"
    r"|^\s*got\b(?=\s+(?:any|some|an?\b))"
    r"|\b(?:u+m+|u+h+|e+r+m?|h+m+|you know(?: what i mean)?|i mean|i guess|i suppose|basically|kind of|sort of|or something|if that makes sense)\b,?"
    r"|\blike\b(?=\s+(?:an?|some|uh|um|maybe|really)\b)(?<!something like)(?<!anything like)(?<!looks like)"
    r"|嗯+|呃+|那个那个|就是说",
    re.IGNORECASE,
)
_NOT_THIS = re.compile(
    r"(?:,|\bbut)\s*(?:not|nothing|no)\s+(?:too\s+|any\s+|so\s+|very\s+)?(?P<word>[a-z]{3,})\s*(?:ones?\s*)?(?=[,.;!?]|please\b|$)"
    r"|[,，]?\s*(?:不要|别要|不想要)(?P<han>[\u4e00-\u9fff]{1,3})的?(?=[,，。!?]|$)",
    re.IGNORECASE,
)
_NO_QUALITY = frozenset("sure one ones that this these those now yet much many more less expensive pricey dear".split())
_JOINS = re.compile(r"(?:,|\bbut)\s*$", re.IGNORECASE)
_SAYS_CAN = re.compile(
    # "Can I", "you can": a verb, no can.
    r"(?:^|[,.!?;]|\b(?:i|you|we|they|it|he|she|this|that|who|which|how|what|where|when|and|but|so))\s*$",
    re.IGNORECASE,
)
_COMPATIBLE = re.compile(
    r"\b(?:for|fits?|fitting|compatible with|works with)\s+(?:my|an?|the|your)?\s*$", re.IGNORECASE
)
_ANY = r"(?:any|whatever|whichever|no particular|all)"
_FIELD_WORDS = {
    COLOUR: r"colou?rs?|shades?|颜色|顏色",
    BRAND: r"brands?|makes?|品牌|牌子",
    "price": r"prices?|budgets?|costs?|money|price limit|价格|價格|预算|預算|价钱|價錢",
    CATEGORY: r"categor(?:y|ies)|类别|種類|种类",
    "rating_min": r"ratings?|stars?|评分|評分",
    "size": r"sizes?|尺码|尺碼|大小",
    "material": r"materials?|fabrics?|材质|材質|面料",
    "capacity": r"capacit(?:y|ies)|volumes?|容量",
    "weight": r"weights?|重量",
    "age": r"ages?|年[龄齡]",
    "length": r"lengths?|长度|長度",
    "width": r"widths?|宽度|寬度",
    "height": r"heights?|高度",
    "memory": r"memory|ram|内存|內存",
    "storage": r"storage|存储",
    "screen size": r"screen sizes?|屏幕尺寸",
    "battery life": r"battery life|续航",
}


@dataclass
class ExactParts:
    """What code could read. `spans` are the stretches of the message that are thereby dealt with.

    `measures` are as they were said; `ranges` those of them that a shelf's attributes can be held against.
    """

    price: PriceRange | None = None
    rating_min: float | None = None
    in_stock: bool = False
    sort: Sort | None = None
    cheaper: bool = False
    dearer: bool = False
    wanted: list[Mention] = field(default_factory=list)
    refused: list[Mention] = field(default_factory=list)
    measures: list[Said] = field(default_factory=list)
    ranges: dict[str, list[Measure]] = field(default_factory=dict)
    dropped: set[str] = field(default_factory=set)  # fields taken back: "any colour", "forget the price"
    spans: list[tuple[int, int]] = field(default_factory=list)

    def __bool__(self) -> bool:
        stated = self.price or self.rating_min or self.in_stock or self.sort or self.cheaper or self.dearer
        return bool(stated or self.wanted or self.refused or self.measures or self.dropped)


def read_exact(text: str, vocabulary: Vocabulary) -> ExactParts:
    parts = ExactParts(price=parse_price(text))
    if parts.price:
        parts.spans.extend((_led_up(text, start), end) for start, end in parts.price.spans)
    _read_measures(text, parts)
    _read_order(text, parts)
    _read_dropped(text, parts)
    _read_values(text, vocabulary, parts)
    _read_refused_words(text, vocabulary, parts)
    parts.spans.extend(match.span() for match in _SPEECH.finditer(text))
    return parts


def residue(text: str, spans: list[tuple[int, int]]) -> str:
    """The text without the stretches that are dealt with; these leave a gap that no phrase reaches across."""
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return re.sub(r"\s+", " ", text).strip()


def _led_up(text: str, start: int) -> int:
    """Where the words begin that lead up to a price: "and priced", "where the cost is"."""
    lead = _PRICE_LEAD.search(text[:start])
    return lead.start() if lead else start


def _read_measures(text: str, parts: ExactParts) -> None:
    """Sides before sizes before measures: "8 by 10 foot" is no length of ten feet."""
    for found in (read_sides(text), read_sizes(text), read_measures(text)):
        for said in found:
            if not _touches((said.start, said.end), tuple(parts.spans)):
                parts.measures.append(said)
                parts.spans.append((said.start, said.end))


def _read_order(text: str, parts: ExactParts) -> None:
    if stars := _STARS.search(text):
        parts.rating_min = float(next(value for value in stars.groupdict().values() if value))
        parts.spans.append(stars.span())
    if stock := _IN_STOCK.search(text):
        parts.in_stock = True
        parts.spans.append(stock.span())
    for sort, pattern in _SORTS:
        if match := pattern.search(text):
            parts.sort = sort
            parts.spans.append(match.span())
    for pattern, name in ((_CHEAPER, "cheaper"), (_TOO_DEAR, "cheaper"), (_DEARER, "dearer")):
        match = pattern.search(text)
        if match and not parts.sort and not (parts.price and _touches(match.span(), parts.price.spans)):
            setattr(parts, name, True)
            parts.spans.append(match.span())


def _read_dropped(text: str, parts: ExactParts) -> None:
    for name, words in _FIELD_WORDS.items():
        pattern = (
            rf"\b{_ANY}\s+(?:{words})\b"
            rf"|\b(?:forget|drop|ignore|remove|never mind)\s+(?:about\s+)?(?:the |my |that )?(?:\$?\d+ )?(?:{words})(?: limit)?\b"
            rf"|\b(?:the )?(?:{words})\s+(?:doesn'?t|does not|don'?t)\s+matter\b|\bdon'?t care (?:about|what)(?: the)? (?:{words})\b"
            rf"|(?:{words})(?:都|也)?(?:无所谓|無所謂|随便|隨便|都行|都可以|不限|没关系)|(?:不限|不看|不管|别管)(?:{words})"
        )
        if match := re.search(pattern, text, re.IGNORECASE):
            parts.dropped.add(name)
            parts.spans.append(match.span())
    no_object = re.search(r"\bmoney(?: is|'s) no (?:object|issue)|[钱錢]不是[问問][题題]", text, re.I)
    if "price" not in parts.dropped and no_object:
        parts.dropped.add("price")
        parts.spans.append(no_object.span())


def _read_values(text: str, vocabulary: Vocabulary, parts: ExactParts) -> None:
    for match in _FREE_OF.finditer(text):
        lacking = vocabulary.lacking(match.start(), match.end(), match[1].lower())
        if lacking:
            parts.wanted.append(lacking)
            joint = _JOINS.search(text[: match.start()])
            parts.spans.append((joint.start() if joint else match.start(), match.end()))
    previous: Mention | None = None
    refusing = False
    for mention in vocabulary.mentions(text):
        if _touches((mention.start, mention.end), tuple(parts.spans)):
            continue
        before = text[: mention.start]
        if text[mention.start : mention.end].lower() == "can" and _SAYS_CAN.search(before):
            continue
        if mention.field == BRAND and _COMPATIBLE.search(before):
            continue  # a strap for a Garmin is seldom Garmin's
        goes_on = previous is not None and bool(_ALSO_NOT.match(text[previous.end : mention.start]))
        behind = _NOT_AFTER.match(text[mention.end :])
        refusing = bool(_NOT_BEFORE.search(before) or behind) or (refusing and goes_on)
        lacking = (
            vocabulary.lacking(mention.start, mention.end, text[mention.start : mention.end].lower())
            if refusing
            else None
        )
        if lacking:
            parts.wanted.append(lacking)
        else:
            (parts.refused if refusing else parts.wanted).append(mention)
        if refusing:
            negation = _NOT_BEFORE.search(before)
            start = negation.start() if negation else mention.start
            joint = _JOINS.search(text[:start])  # "chocolate, but nothing with nuts"
            parts.spans.append((joint.start() if joint else start, mention.end + (behind.end() if behind else 0)))
        previous = mention


def _read_refused_words(text: str, vocabulary: Vocabulary, parts: ExactParts) -> None:
    """ "Chocolate, not dark": a refused word that names no value leaves the query, and products that have it the list."""
    for match in _NOT_THIS.finditer(text):
        word = (match["word"] or match["han"]).lower()
        if word in _NO_QUALITY or _touches(match.span(), tuple(parts.spans)):
            continue
        if not any(m.start < match.end() and match.start() < m.end for m in parts.wanted):
            parts.spans.append(match.span())
            if vocabulary.knows(word):
                parts.refused.append(Mention(match.start(), match.end(), WORD, (word,)))


def _touches(span: tuple[int, int], others: tuple[tuple[int, int], ...]) -> bool:
    return any(span[0] < end and start < span[1] for start, end in others)
