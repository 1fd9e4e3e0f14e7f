# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""The shop's English in Chinese, by the language model; as it is where anything got lost on the way."""

from __future__ import annotations

import re
from collections.abc import Sequence

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage

from assistant.prompts import prefix
from assistant.replies.grounds import denials
from assistant.understanding.amounts import find_amounts
from assistant.understanding.language import has_cjk

LONGEST = 200  # tokens
_MONTHS = "january february march april may june july august september october november december".split()
_MONTH = re.compile(rf"\b({'|'.join(_MONTHS)})\b(?= \d)|(?<=\d )\b({'|'.join(_MONTHS)})\b", re.IGNORECASE)
_ENGLISH_ALSO = re.compile(
    r"\b(?:free|only|unless|except|hardly|rarely|un[a-z]{4,}|in(?:ferior|sufficient|convenient)|dis[a-z]{4,}|non-?\w+|-?less|\w{3,}less|fail\w*|refus\w*|stop\w*|avoid\w*|prevent\w*|instead|rather|fewer|less|too|hate\w*|poor\w*|bad\w*|wrong|differ\w*|out of|broke|unlike)\b",
    re.IGNORECASE,
)
_CHINESE_NEGATION = re.compile(r"[不没沒无無未非勿别別]|免|拒")
_NO_NEGATION = re.compile(
    r"不[锈鏽]|不[过過]|不同|[无無][线線]|不[仅僅但]|非常|不粘|不[错錯]|差不多|未[来來]|[无無][论論]|不管|别[致的]|特别|特別|区别|级别|个别"
)


def to_chinese(model: BaseChatModel, text: str, names: Sequence[str] = ()) -> str:
    """The text in Chinese, or as it is where the translation is not `faithful`. Raises AisleError where the model fails."""
    written = model.invoke([*prefix("to_chinese"), HumanMessage(text)], max_tokens=LONGEST, stop=["\n"]).content
    translated = str(written).strip()
    return translated if faithful(text, translated, names) else text


def faithful(text: str, translated: str, names: Sequence[str] = ()) -> bool:
    """Whether it is Chinese, with every number of the text and no other, its negations, and the names it holds.

    A number in words may become figures, or the other way round, and `May 5` becomes 5月5日.
    """
    return (
        has_cjk(translated)
        and _same_numbers(text, translated)
        and _same_negation(text, translated)
        and all(name in translated for name in names if name and name in text)
    )


def _same_numbers(text: str, translated: str) -> bool:
    figures = {amount.high for amount in find_amounts(text) if amount.written == "figures"}
    words = {amount.high for amount in find_amounts(text) if amount.written == "words"}
    months = {float(_MONTHS.index((found[1] or found[2]).lower()) + 1) for found in _MONTH.finditer(text)}
    said = {amount.high for amount in find_amounts(translated) if amount.written == "figures"}
    spelt = {amount.high for amount in find_amounts(translated) if amount.written == "hanzi"}
    return said <= figures | words | months and figures <= said | spelt


def _same_negation(text: str, translated: str) -> bool:
    denies = bool(denials(text))
    denied = bool(_CHINESE_NEGATION.search(_NO_NEGATION.sub("", translated)))
    return denied if denies else not denied or bool(_ENGLISH_ALSO.search(text))
