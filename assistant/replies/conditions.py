"""What conditions and values of the catalogue are called in the shopper's language.

`labels.yaml` holds the names; what it does not know is shown as the listing has it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

import yaml

from assistant.replies.phrases import say
from assistant.turn import Language
from assistant.understanding.terms import called
from data.lexicon import load
from data.records import shelf_name
from retrieval.filters import BRAND, CATEGORY, COLOUR, MEASURE_CHIP, REFUSAL_CHIP, Chip, Filters

YES = "yes"
_AMOUNT = re.compile(r"[\d.,–/x×*° -]+(?:[a-zA-Z°%²]{1,4}|litres?|hours?|pieces?|years?|minutes?)?")
_SIZE = re.compile(
    # Values are kept in lower case; sizes and litres are written in capitals.
    r"(?<![\w'’-])(?:\d?x{0,3}[sml]|xx?s|eu|uk|us|a[0-6])(?![\w'’-])|(?<=\d )l(?![\w'’-])|(?<=\d)l(?![\w'’-])"
)
_UNITS = {
    "hours": "小时",
    "hour": "小时",
    "litres": "升",
    "litre": "升",
    "years": "年",
    "minutes": "分钟",
    "pieces": "件",
    "piece": "件",
    "people": "人",
    "people's": "人",
    "person": "人",
}


def chips(filters: Filters, currency: str, language: Language) -> list[Chip]:
    """The conditions as the shopper sees them and can take them back."""
    given = filters.chips(currency)
    return given if language == "en" else [chip._replace(label=_in_chinese(chip)) for chip in given]


def field_name(field: str, language: Language) -> str:
    """`colour` → 颜色; the catalogue's own name where Chinese has none for it."""
    return field if language == "en" else _labels()["fields"].get(field) or _labels()["features"].get(field) or field


def value_name(field: str, value: str, language: Language) -> str:
    """`navy` → 藏青色; of a shelf its last step."""
    if field == CATEGORY:
        shelf = shelf_name(value)
        return (called(shelf) if language == "zh" else "") or shelf
    if field == BRAND:
        return value
    value = value if field == COLOUR else _SIZE.sub(lambda size: size[0].upper(), value)
    if language == "en":
        return value
    if field == COLOUR:
        return _colours().get(value, value)
    known = _labels()["values"].get(value.casefold()) or _labels()["features"].get(value.casefold())
    if not known and (open_ended := re.fullmatch(r"(from|up to) (\d.*)", value)):
        key = "chip_price_min" if open_ended[1] == "from" else "chip_price_max"  # 6岁以上
        return say(key, language, value=value_name(field, open_ended[2], language))
    if not known and "age" in field.split():
        value = re.sub(r"\s?\byears?\b", "岁", re.sub(r"\s?\bmonths?\b", "个月", value))
    return known or re.sub(r"\s?\b([a-z]+)\b", lambda word: _UNITS.get(word[1], word[0]), value)


def has_chinese_name(field: str, value: str) -> bool:
    """Whether a Chinese reader can make out the value: it has a name, or is an amount, a letter or a proper name."""
    if field in (BRAND, CATEGORY):
        return True
    named = value_name(field, value, "zh")
    return named != value or len(value) <= 3 or bool(_AMOUNT.fullmatch(value))


def _in_chinese(chip: Chip) -> str:
    if chip.field.startswith(REFUSAL_CHIP):
        inner = chip._replace(field=chip.field.removeprefix(REFUSAL_CHIP), label=chip.label.removeprefix("not "))
        return say("chip_not", "zh", value=_in_chinese(inner))
    amount = re.sub(r"^(?:from|up to) ", "", chip.label)
    match chip.field:
        case "price_min" | "price_max":
            return say(f"chip_{chip.field}", "zh", value=amount)
        case "rating_min":
            return say("chip_rating_min", "zh", value=f"{float(chip.value):g}")
        case "in_stock":
            return say("chip_in_stock", "zh")
        case field if field.startswith(MEASURE_CHIP):
            return f"{field_name(field.removeprefix(MEASURE_CHIP), 'zh')}：{chip.value}"
    if chip.value.casefold() == YES:
        return _labels()["features"].get(chip.field.casefold(), chip.field)
    if chip.field == BRAND:
        return chip.label
    if chip.field == CATEGORY:
        return called(chip.label) or chip.label
    named = value_name(chip.field, chip.value, "zh")
    return named if chip.field == COLOUR else f"{field_name(chip.field, 'zh')}：{named}"


@cache
def _labels() -> dict[str, dict[str, str]]:
    text = resources.files("assistant.replies").joinpath("labels.yaml").read_text(encoding="utf-8")
    return {part: {str(name): label for name, label in names.items()} for part, names in yaml.safe_load(text).items()}


@cache
def _colours() -> dict[str, str]:
    """The first Chinese word of each colour: the fullest."""
    names: dict[str, str] = {}
    for word, colour in load("colours").chinese.items():
        names.setdefault(colour, word)
    return names
