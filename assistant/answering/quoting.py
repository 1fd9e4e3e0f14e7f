# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What listings, reviewers and policies have written, as sentences that may be quoted: text, never markup or orders."""

from __future__ import annotations

import html
import re

from assistant.understanding.language import normalise

SHORTEST, LONGEST_SENTENCE = 4, 400  # characters
LONGEST_QUOTE = 220

_TAG = re.compile(r"<(?:script|style)\b.*?(?:</(?:script|style)\s*>|$)|<[^<>]*>", re.I | re.S)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b\S+@\S+\.\w+\b", re.I)
_MARKS = re.compile(r"[<>{}\[\]`|\\]|\*{1,3}|_{2,}|^\s*(?:#+|[-+>])\s+", re.M)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|prompts?|rules?|above|previous|prior|everything)\b"
    r"|\b(?:system|developer) (?:prompt|message|instructions?)\b|^\s*(?:system|assistant|user|human)\s*:|<\|"
    r"|\byou (?:are|must|should) (?:now |always |only )?(?:an? )?(?:assistant|ai|bot|reply|respond|answer|say|tell|recommend|output|act|pretend)\b"
    r"|\b(?:as an ai|language model|chatbot|jailbreak)\b|\b(?:tell|inform) (?:the |every |all )?(?:user|customer|shopper)s?\b"
    r"|忽略.{0,12}(?:指令|提示|规则|規則|以上|之前)|系统提示|系統提示|你(?:现在|現在)?(?:是|必须|必須)(?:一个|一個)?(?:助手|人工智能|AI|机器人|回复|回答)",
    re.I | re.S,
)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")


def plain_text(text: str) -> str:
    """Without markup, addresses and what a page could take for markup."""
    text = _TAG.sub(" ", html.unescape(text))
    text = _ADDRESS.sub(" ", _LINK.sub(r"\1", text))
    return "\n".join(normalise(_MARKS.sub(" ", line)) for line in text.splitlines()).strip()


def sentences(text: str) -> list[str]:
    """The sentences in their order, without those that try to give orders to a program."""
    parts = (part.strip() for part in _SENTENCE_END.split(plain_text(text)))
    return [part for part in parts if SHORTEST <= len(part) <= LONGEST_SENTENCE and not _ORDERS.search(part)]


def quote(text: str, most: int = LONGEST_QUOTE) -> str:
    """Whole sentences up to so many characters, the first in any case."""
    kept = ""
    for sentence in sentences(text):
        if kept and len(kept) + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept
