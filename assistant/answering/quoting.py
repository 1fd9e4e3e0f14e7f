"""What listings, reviewers and policies have written, as sentences that may be quoted: text, never markup or orders."""

from __future__ import annotations

import html
import re

from assistant.answering.suspicion import is_suspicious
from assistant.understanding.language import normalise

SHORTEST, LONGEST_SENTENCE = 4, 400  # characters
LONGEST_QUOTE = 220

_TAG = re.compile(r"<(?:script|style)\b.*?(?:</(?:script|style)\s*>|$)|<[^<>]*>", re.I | re.S)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+|\b\S+@\S+\.\w+\b", re.I)
_MARKS = re.compile(r"[<>{}\[\]`|\\]|\*{1,3}|_{2,}|^\s*(?:#+|[-+>])\s+", re.M)
_INNER_QUOTES = str.maketrans("“”„«»", "‘’‘‘’")  # or a quote would seem to end where its writer likes
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])\s*|\n+")


def plain_text(text: str) -> str:
    """Without markup, addresses and what a page could take for markup."""
    text = _ADDRESS.sub(" ", without_links(text)).translate(_INNER_QUOTES)
    return "\n".join(normalise(_MARKS.sub(" ", line)) for line in text.splitlines()).strip()


def without_links(text: str) -> str:
    """Without tags, and of links and pictures only what they are called."""
    return _LINK.sub(r"\1", _without_markup(text))


def _without_markup(text: str) -> str:
    return _TAG.sub(" ", html.unescape(text))


def sentences(text: str) -> list[str]:
    """The sentences in their order, up to the first that speaks to a machine or sends people elsewhere."""
    found = []
    for part in _SENTENCE_END.split(_without_markup(text)):
        if is_suspicious(part):
            break
        sentence = plain_text(part)
        if SHORTEST <= len(sentence) <= LONGEST_SENTENCE:
            found.append(sentence)
    return found


def quote(text: str, most: int = LONGEST_QUOTE) -> str:
    """Whole sentences up to so many characters, the first in any case."""
    kept = ""
    for sentence in sentences(text):
        if kept and len(kept) + len(sentence) > most:
            break
        kept = f"{kept} {sentence}".strip()
    return kept
