# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What is asked for by degree: "the lightest tent", "the longest battery life", "bigger", "too heavy", 最轻的, 再大一点."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.turn import Degree

_ADJECTIVES: dict[str, tuple[str, str, str, bool]] = {
    "lightest": ("lighter", "heavy", "weight", False),
    "heaviest": ("heavier", "light", "weight", True),
    "biggest": ("bigger", "small|little|tiny", "size", True),
    "largest": ("larger", "small", "size", True),
    "roomiest": ("roomier", "cramped", "size", True),
    "smallest": ("smaller", "big|large|bulky|huge", "size", False),
    "tiniest": ("tinier", "big", "size", False),
    "longest": ("longer", "short", "length", True),
    "shortest": ("shorter", "long", "length", False),
    "widest": ("wider", "narrow", "width", True),
    "narrowest": ("narrower", "wide", "width", False),
    "tallest": ("taller", "low", "height", True),
    "deepest": ("deeper", "shallow", "depth", True),
    "thickest": ("thicker", "thin", "thickness", True),
    "thinnest": ("thinner", "thick", "thickness", False),
    "slimmest": ("slimmer", "thick", "thickness", False),
    "brightest": ("brighter", "dim", "brightness", True),
    "fastest": ("faster", "slow", "top speed", True),
    "quietest": ("quieter", "loud|noisy", "noise", False),
}
"""superlative → its comparative, what is "too" so where this is wanted, the figure it goes by, whether more is wanted."""

_AMOUNTS = {"most": True, "highest": True, "greatest": True, "maximum": True, "max": True, "least": False, "lowest": False, "fewest": False, "minimum": False}  # fmt: skip
_NAMED = (
    "battery life|battery|run ?time|playing time|capacity|volume|storage|memory|ram|screen size|screen|display|power|wattage|output"
    "|weight|width|height|length|depth|thickness|diameter|load capacity|max(?:imum)? load|load|guarantee|warranty|brightness|noise"
    "|top speed|range|resolution|sugar|protein|fibre|fiber|cocoa content|cocoa|pieces|pockets|ports|players|pages|shelves|sun protection|spf"
)
_SAME_AS = {
    "battery": "battery life", "runtime": "run time", "ram": "memory", "screen": "screen size", "display": "screen size", "wattage": "power",
    "warranty": "guarantee", "load": "max load", "max load": "max load", "maximum load": "max load", "fiber": "fibre", "cocoa": "cocoa content", "spf": "sun protection",
}  # fmt: skip
_COMPARATIVES = {comparative: name for name, (comparative, *_) in _ADJECTIVES.items()}
_THAN_AN_AMOUNT = r"(?!\s+than\s+(?:an?\s+|one\s+|half\s+)?(?:\d|kilo|lit|met|inch|foot|pound))"
_COLOUR_WORDS = (
    r"(?:red|blue|green|yellow|orange|pink|purple|brown|grey|gray|black|white|beige|shade|colou?r|tone|wash|wood)"
)
_SUPERLATIVE = re.compile(
    rf"\b(?:with\s+)?(?:the\s+|your\s+|that has the\s+|having the\s+)?(?:(?P<adjective>{'|'.join(_ADJECTIVES)})|(?P<amount>{'|'.join(_AMOUNTS)}))"
    rf"(?:\s+(?P<figure>{_NAMED}))?\b(?:\s+(?:sizes?|possible|there is|available|one))?(?!\s+{_COLOUR_WORDS})",
    re.IGNORECASE,
)
_SPACIOUS = re.compile(
    r"\b(?:the\s+)?(?P<how>most|more|too)\s+(?P<adjective>compact|spacious|powerful|lightweight)\b", re.IGNORECASE
)
_SPACIOUS_OF = {"compact": ("size", False), "spacious": ("size", True), "powerful": ("power", True), "lightweight": ("weight", False)}  # fmt: skip
_LASTS = re.compile(r"\b(?:that\s+|which\s+)?lasts?\s+(?:the\s+)?(?P<how>longest|longer)\b|\blongest[- ]lasting\b|\blonger[- ]lasting\b", re.I)  # fmt: skip
_COMPARATIVE = re.compile(
    rf"(?<!no )(?<!not )\b(?:(?:an?|some|any|something|anything|slightly|a bit|a little|much|even|with(?: an?)?)\s+)*(?P<adjective>{'|'.join(_COMPARATIVES)})\b{_THAN_AN_AMOUNT}"
    rf"(?:\s+(?P<figure>{_NAMED}))?(?:\s+(?:ones?|sizes?|versions?|models?|options?))?(?:\s+than\s+(?:it|this|that|these|those)(?:\s+ones?)?)?(?!\s+(?:in\s+)?{_COLOUR_WORDS})",
    re.IGNORECASE,
)
_TOO = re.compile(
    rf"\b(?:(?:it|they|this|that|these|those|all)(?:'s|'re| is| are| looks?| seems?)?\s+)?(?:(?:a bit|a little|way|far|much|all)\s+)*too\s+(?P<quality>{'|'.join(too for _, too, *_ in _ADJECTIVES.values())})\b(?:\s+for me)?",
    re.IGNORECASE,
)
_WAITING = re.compile(r"\b(?:takes?|taking|took|deliver\w*|ship\w*|wait\w*|arriv\w*)\b", re.IGNORECASE)
_BEFORE_AN_ADJECTIVE = frozenset(
    "want need find show me have like get any with is are be and but or prefer rather much it them".split()
)
_HANZI: dict[str, tuple[str, bool]] = {
    "轻": ("weight", False), "重": ("weight", True), "大": ("size", True), "小": ("size", False), "长": ("length", True), "短": ("length", False),
    "宽": ("width", True), "窄": ("width", False), "高": ("height", True), "矮": ("height", False), "深": ("depth", True), "浅": ("depth", False), "厚": ("thickness", True), "薄": ("thickness", False),
    "亮": ("brightness", True), "快": ("top speed", True), "安静": ("noise", False),
}  # fmt: skip
_TRADITIONAL = str.maketrans("輕長寬淺靜", "轻长宽浅静")
_FIGURES_ZH = {
    "续航": "battery life", "續航": "battery life", "电池": "battery life", "電池": "battery life", "容量": "capacity", "功率": "power", "屏幕": "screen size", "内存": "memory",
    "存储": "storage", "重量": "weight", "宽度": "width", "高度": "height", "长度": "length", "厚度": "thickness", "直径": "diameter", "承重": "max load", "尺寸": "size", "体积": "size", "亮度": "brightness",
    "噪音": "noise", "含糖量": "sugar", "蛋白质": "protein", "质保": "guarantee", "保修": "guarantee",
}  # fmt: skip
_ADJECTIVE_ZH = "[轻輕重大小长長短宽寬窄高矮深浅淺厚薄亮快低多少]|安[静靜]"
_FIGURE_ZH = "|".join(_FIGURES_ZH)
_NO_DEGREE_ZH = r"(?!号码|限度|程度|家|孩|朋友|的?孩子|的?[宝寶]|岁|歲|值|预算|預算|价|價)"
_CHINESE = re.compile(
    rf"(?P<most>(?:(?P<figure>{_FIGURE_ZH})(?:要)?)?最(?P<a>{_ADJECTIVE_ZH}){_NO_DEGREE_ZH}的?(?:(?P<after>{_FIGURE_ZH})的?)?(?:那?[个個款种種])?)"
    rf"|(?P<more>(?:(?P<figure2>{_FIGURE_ZH})(?:要|能)?)?(?:(?:更|再)(?P<b>{_ADJECTIVE_ZH})(?:一?[点點些])?|(?<![太不])(?P<c>(?!快){_ADJECTIVE_ZH})(?:一?[点點些]|一号|一號|一[个個]?码)){_NO_DEGREE_ZH}的?)"
    rf"|(?P<than>比[^,，。]{{1,14}}?(?:更|[还還]要?|要)?(?P<e>{_ADJECTIVE_ZH})(?:一?[点點些])?(?:的|$))"
    rf"|(?P<good>(?P<figure3>{_FIGURE_ZH})(?:比较|比較|要|得)?(?P<f>{_ADJECTIVE_ZH})(?:一?[点點些])?的)"
    rf"|(?P<too>太(?P<d>{_ADJECTIVE_ZH})了?)"
)
_NUMBER_COMES = re.compile(r"^\s*\d")
_MONEY_ZH = re.compile(r"(?:价|價|预算|預算|[钱錢]|折扣|优惠)[格位]?$")


class SaidDegree(NamedTuple):
    degree: Degree
    span: tuple[int, int]


def read_degree(text: str) -> SaidDegree | None:
    """The degree that the message asks for and where it says so; None where it asks for none."""
    for read in (_lasting, _superlative, _spacious, _comparative, _too, _chinese):
        if (found := read(text)) is not None:
            return found
    return None


def _superlative(text: str) -> SaidDegree | None:
    for match in _SUPERLATIVE.finditer(text):
        figure = _figure(match["figure"])
        if match["amount"]:
            if not figure:
                continue
            return SaidDegree(Degree(of=figure, most=_AMOUNTS[match["amount"].lower()]), match.span())
        _, _, own, most = _ADJECTIVES[match["adjective"].lower()]
        return SaidDegree(Degree(of=figure or own, most=most), match.span())
    return None


def _lasting(text: str) -> SaidDegree | None:
    match = _LASTS.search(text)
    if match is None:
        return None
    return SaidDegree(Degree(of="battery life", most=True, compared="longer" in match[0].lower()), match.span())


def _spacious(text: str) -> SaidDegree | None:
    match = _SPACIOUS.search(text)
    if match is None:
        return None
    of, most = _SPACIOUS_OF[match["adjective"].lower()]
    how = match["how"].lower()
    return SaidDegree(Degree(of=of, most=most != (how == "too"), compared=how != "most"), match.span())


def _comparative(text: str) -> SaidDegree | None:
    match = _COMPARATIVE.search(text)
    if match is None or _WAITING.search(text) or _is_a_lighter(text, match):
        return None
    _, _, own, most = _ADJECTIVES[_COMPARATIVES[match["adjective"].lower()]]
    return SaidDegree(Degree(of=_figure(match["figure"]) or own, most=most, compared=True), match.span())


def _is_a_lighter(text: str, match: re.Match[str]) -> bool:
    """The thing that lights a fire: "a lighter", "a fire lighter"."""
    said = match[0].lower()
    before = text[: match.start()].split()
    noun = bool(before) and before[-1].lower() not in _BEFORE_AN_ADJECTIVE
    return said in ("a lighter", "lighters") or (said == "lighter" and noun)


def _too(text: str) -> SaidDegree | None:
    match = _TOO.search(text)
    if match is None or _WAITING.search(text):
        return None
    quality = match["quality"].lower()
    of, most = next((of, most) for _, too, of, most in _ADJECTIVES.values() if quality in too.split("|"))
    return SaidDegree(Degree(of=of, most=most, compared=True), match.span())


def _chinese(text: str) -> SaidDegree | None:
    for match in _CHINESE.finditer(text):
        if _NUMBER_COMES.match(text[match.end() :]) or _MONEY_ZH.search(text[: match.start()]):
            continue  # 最大150元 is a price
        said = next(match[name] for name in "abcdef" if match[name]).translate(_TRADITIONAL)
        named = _FIGURES_ZH.get(match["figure"] or match["after"] or match["figure2"] or match["figure3"] or "", "")
        if said in "低少高多" and not named and said != "高":
            continue
        of, most = _HANZI.get(said, (named, said in "高多"))
        if named:
            of, most = named, said in "重大长宽高深厚亮快多"
        return SaidDegree(Degree(of=of, most=most != bool(match["too"]), compared=not match["most"]), match.span())
    return None


def _figure(said: str | None) -> str:
    name = re.sub(r"\s+", " ", (said or "").lower())
    return _SAME_AS.get(name, name)
