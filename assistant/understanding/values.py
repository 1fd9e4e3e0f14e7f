# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Questions about what there is to choose from: "what colours are there?", 有哪些品牌."""

from __future__ import annotations

import re

from retrieval.filters import BRAND, CATEGORY, COLOUR

_NAMES = (
    (COLOUR, r"colou?rs?|colou?rways?|shades?", "颜色|顏色|色"),
    (BRAND, r"brands?|makes?|makers?|manufacturers?", "品牌|牌子"),
    ("size", r"sizes?|sizing", "尺码|尺碼|尺寸|大小|码数|码"),
    ("material", r"materials?|fabrics?", "材质|材質|面料|材料"),
    ("scent", r"scents?|fragrances?|smells?", "香味|气味|香型"),
    ("flavour", r"flavou?rs?|tastes?", "口味|味道"),
    ("capacity", r"capacit(?:y|ies)", "容量"),
    ("pattern", r"patterns?|prints?", "图案|花纹|花色"),
    ("style", r"styles?", "款式|风格|樣式|样式"),
    (CATEGORY, r"kinds?|types?|sorts?|categor(?:y|ies)|departments?|ranges?", "种类|種類|类别|類別|类型|分类|品类"),
)
_WHAT = r"(?:what|which|in what|in which|any other|any|what other|which other|more|other)"
_THERE = r"(?:(?:of|in|for|do|does|are|is|have|has|can|come|you|they|these|those|it|there|the|i|sell|carry|stock|got|get|available|choose from|in stock|please|here|this|that|to|offer|come in|\w+s)[\s]*)*"
_ASKING = [
    (
        field,
        re.compile(
            rf"^\W*(?:(?:and|so|ok|but|hi|hey|well)[\s,]+)*(?:(?:do|does|are|is) (?:they|these|those|it|there|you)(?: (?:come|have|available|got|also))?(?: in)? )?"
            rf"(?:{_WHAT}|(?:tell|show) me (?:the|all(?: the)?)|list (?:the|all(?: the)?)) (?:{english})\b\s*(?P<of>{_THERE})\W*$"
            rf"|(?:有|都有|还有|還有)(?:哪些|哪几[个種种]|什么|什麼|啥|几[个种種]|多少[种種])(?:不同的?)?(?:{chinese})(?!的)"
            rf"|(?:{chinese})(?:都|还|還)?有(?:哪些|哪几[个種种]|什么|什麼|啥|几[个种種])|(?:哪些|什么|哪几种)(?:{chinese})(?:可选|可以选|有货)?(?:[呢?？]|$)|(?:还有|有)(?:其他|别的|其它)(?:的)?(?:{chinese})(?:吗|嗎|么|呢|[?？]|$)",
            re.IGNORECASE,
        ),
    )
    for field, english, chinese in _NAMES
]


def asked_for_values(text: str) -> str:
    """The field whose values the message asks for, as catalogues in English call it; "" where it asks for none."""
    return next((field for field, pattern in _ASKING if pattern.search(text)), "")
