"""The Markdown that chat clients are given: a shop's text in it stays text, whichever way a client reads Markdown."""

from __future__ import annotations

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from assistant.server.markdown import escaped, spoken
from assistant.turn import TokenEvent

RENDER = MarkdownIt("gfm-like", {"html": True}).render
PIECES = st.sampled_from(
    ["[x](http://evil.example)", "![](//e.com/a.png)", "<img src=x onerror=1>", "**b**", "`c`", "~~d~~", "www.evil.com",
     "https://evil.example/a?b=c", "a@evil.com", "evil.com", "<http://e.com>", "a | b", "\\[y](z)", "&lt;b&gt;", "_i_"]
)  # fmt: skip


@given(st.lists(PIECES | st.text(max_size=12), max_size=8))
def test_nothing_in_a_text_comes_alive(pieces: list[str]) -> None:
    # A word first, since a sentence does not begin a list, a heading or a block of code.
    text = "Well, " + re.sub(r"\s+", " ", " ".join(pieces)).strip()
    rendered = RENDER(escaped(text))
    assert set(re.findall(r"<(\w+)", rendered)) <= {"p"}, rendered


@pytest.mark.parametrize("text", ["On sale: 2.5 L kettle (black), 30 % off!", "它有1.7升。", "Costs $3.50 - 2 for $6."])
def test_plain_words_are_left_as_they_are(text: str) -> None:
    assert escaped(text) == text
    assert html.unescape(RENDER(escaped(text))).strip() == f"<p>{text}</p>"


def test_a_reply_is_escaped_piece_by_piece() -> None:
    events = iter([TokenEvent("See [this]"), TokenEvent("(http://evil.example)")])
    assert "<a" not in RENDER("".join(spoken(events)))
