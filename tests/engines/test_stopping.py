from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from assistant.engines.stopping import until

few_letters = st.text("ab\n", max_size=12)


@given(st.lists(few_letters, max_size=6), st.lists(st.text("ab\n", min_size=1, max_size=4), max_size=3))
def test_the_text_is_cut_where_the_first_stop_string_begins(pieces: list[str], stop: list[str]) -> None:
    text = "".join(pieces)
    ends = [text.index(each) for each in stop if each in text]
    # A stop string is looked for as text arrives: the one that is complete first ends it.
    got = "".join(until(pieces, stop))
    if not ends:
        assert got == text
    else:
        assert text.startswith(got)
        assert not any(each in got for each in stop)
        assert any(text.startswith(each, len(got)) for each in stop)


def test_what_may_start_a_stop_string_waits_for_the_next_piece() -> None:
    assert list(until(["one t", "wo t", "hree four"], ["three"])) == ["one ", "two "]
    assert list(until(["one t", "wo"], ["three"])) == ["one ", "two"]
