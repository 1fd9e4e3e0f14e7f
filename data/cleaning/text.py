"""Text as people read it: without markup, mojibake and stray blanks."""

from __future__ import annotations

import html
import re
from typing import Any

import ftfy
import lxml.html
import pandas as pd
from lxml import etree

_MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
_TAG = re.compile(r"<[a-zA-Z/!]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n[ \n]*")
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b\ufeff\ufffd]")
_BLOCKS = frozenset("p div br li ul ol tr td th table h1 h2 h3 h4 h5 h6 section article dt dd hr".split())
_UNREAD = ("script", "style", "template", "noscript")
_NOTHING = frozenset({"nan", "none", "null", "n/a", "na", "<na>", "-", "--", "—"})


def plain(value: Any) -> str:
    """Any cell as text, "" where it holds nothing: a list is joined by lines, a whole float loses its `.0`."""
    if isinstance(value, str):
        return value
    if isinstance(value, list | tuple) or hasattr(value, "tolist"):
        items = value if isinstance(value, list | tuple) else value.tolist()
        return "\n".join(filter(None, map(plain, items))) if isinstance(items, list | tuple) else plain(items)
    if value is None or pd.isna(value):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def texts(column: pd.Series) -> pd.Series:
    """Clean text of one column, paragraphs kept as lines; "" where there is none."""
    values = [plain(value) for value in column]
    return pd.Series([clean(value) if value else "" for value in values], index=column.index, dtype=object)


def lines(column: pd.Series) -> pd.Series:
    """The same on one line, for titles and names; words that only say "nothing" are nothing."""
    cleaned = [value.replace("\n", " ") for value in texts(column)]
    kept = ["" if value.lower() in _NOTHING else value for value in cleaned]
    return pd.Series(kept, index=column.index, dtype=object)


def clean(text: str) -> str:
    if "<" in text or "&" in text:
        text = without_markup(text)
    if not text.isascii():
        text = ftfy.fix_text(text, unescape_html=False)
    if text.isprintable() and "  " not in text and "\ufffd" not in text:
        return text.strip()
    text = _UNSEEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _LINES.sub("\n", _BLANKS.sub(" ", text)).strip()
    return text if text.isascii() else ftfy.fix_text(text, unescape_html=False)  # of blanks now made plain


def without_markup(text: str) -> str:
    """Tags and entities out, also entities escaped twice; scripts and styles go with what they hold."""
    if not _MARKUP.search(text):
        return text
    if not _TAG.search(text):
        text = html.unescape(html.unescape(text))
        if not _TAG.search(text):
            return text
    try:
        root = lxml.html.fragment_fromstring(text, create_parent="div")
    except (etree.ParserError, ValueError):  # ValueError: control characters
        return html.unescape(re.sub(r"<[^>]*>", " ", text))
    for element in list(root.iter()):
        if not isinstance(element.tag, str) or element.tag in _UNREAD:
            element.drop_tree()
        elif element.tag in _BLOCKS:
            element.tail = "\n" + (element.tail or "")
            element.text = "\n" + (element.text or "")
    return html.unescape(str(root.text_content()))
