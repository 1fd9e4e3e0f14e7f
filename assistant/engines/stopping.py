"""Ending streamed text at a stop string, for engines that cannot do it themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence


def until(pieces: Iterable[str], stop: Sequence[str]) -> Iterator[str]:
    """The text up to the first stop string, which is left out; an end that may be the start of one is held back."""
    held = ""
    for piece in pieces:
        held += piece
        if (end := _first(held, stop)) is not None:
            if held[:end]:
                yield held[:end]
            return
        safe = len(held) - max((_overlap(held, each) for each in stop), default=0)
        if safe:
            yield held[:safe]
            held = held[safe:]
    if held:
        yield held


def _first(text: str, stop: Sequence[str]) -> int | None:
    return min((text.index(each) for each in stop if each and each in text), default=None)


def _overlap(text: str, stop: str) -> int:
    """How many characters at the text's end are the stop string's beginning."""
    return next((size for size in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:size])), 0)
