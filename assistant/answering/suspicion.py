# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Text of the shop that speaks to a machine instead of to shoppers: a model is not shown it, and it supports nothing."""

from __future__ import annotations

import re

_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?]{0,40}\b(?:instructions?|previous|prior|above|rules?|prompts?|everything)\b"
    r"|\b(?:system|assistant|user|shopper|developer)\s*:|\b(?:system|developer) (?:prompt|message|mode)\b"
    r"|\byou (?:are now|must (?:now|always|say|tell|recommend)|should (?:now|always|say|tell|recommend)|will now)\b"
    r"|\b(?:say|tell|claim|state|reply|respond|answer|write|mention|pretend|recommend)\b[^.!?]{0,30}\b(?:it costs?|is free|the price|only this|this (?:product|one) (?:is|first|only)|customers?|shoppers?|users?)\b"
    r"|\badd \d+ [^.!?]{0,40}\b(?:cart|basket)\b|\bas an ai\b|\blanguage model\b|</?\w+>"
    r"|忽略[^。]{0,12}(?:指令|指示|规则|規則|以上|之前)|系统提示|系統提示|你(?:现在|現在)是",
    re.IGNORECASE,
)  # fmt: skip
_ADDRESS = re.compile(r"https?://|\bwww\.|[\w.+-]+@[\w-]+\.\w+", re.IGNORECASE)
_SENTENCES = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])|\n+")


def is_suspicious(text: str) -> bool:
    """Whether it gives orders to a model, or sends people to an address."""
    return bool(_ORDERS.search(text) or _ADDRESS.search(text))


def trusted(text: str) -> str:
    """The sentences that are not suspicious."""
    if not is_suspicious(text):
        return text
    return " ".join(sentence for sentence in _SENTENCES.split(text) if sentence and not is_suspicious(sentence)).strip()


def trusted_title(title: str) -> str:
    """The title up to where it begins to give orders; all of it where that would leave nothing."""
    begins = [match.start() for pattern in (_ORDERS, _ADDRESS) if (match := pattern.search(title))]
    return title[: min(begins)].strip(" ,.-–—:") or title if begins else title
