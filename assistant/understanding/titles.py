"""Products called by the whole of their title, whatever its words would mean by themselves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.conversation.commands import Command, Span
from assistant.understanding.language import has_cjk, normalise
from data.records import Product

LEAST_WORDS: Final = 3  # of a title, from which it is no mere noun …
LEAST_CHARACTERS: Final = 6  # … and of a Chinese one
POINTER: Final = "this one"  # what stands for a title where there is one; where there are several:
POINTERS: Final = tuple(f"the {place} one" for place in ("first", "second", "third", "fourth"))

Stretch = tuple[int, int]


def quoted_in(text: str, products: Iterable[Product]) -> dict[Stretch, Product]:
    """Where a title is said, in the order said, and whose it is. A title within another one that is said is none."""
    found = dict[Stretch, Product]()
    for product in products:
        title = normalise(product.title)
        if len(title.split()) < LEAST_WORDS and not (has_cjk(title) and len(title) >= LEAST_CHARACTERS):
            continue
        for place in re.finditer(rf"(?<![a-z0-9]){re.escape(title)}(?![a-z0-9])", text, re.IGNORECASE):
            found.setdefault(place.span(), product)
    return {at: found[at] for at in sorted(found) if not any(_within(at, other) for other in found)}


def with_titles(command: Command, products: Sequence[Product]) -> Command:
    """With each title that is said marked as one pointer: the colour in it is no condition."""
    said = [(start + command.start, end + command.start) for start, end in quoted_in(command.text, products)]
    return _pointing(command, said)


def _pointing(command: Command, said: Sequence[Stretch]) -> Command:
    others = [span for span in command.spans if not any(span.start < end and start < span.end for start, end in said)]
    pointers = [Span(start, end, "ref") for start, end in said]
    return replace(command, spans=tuple(sorted([*others, *pointers], key=lambda span: span.start)))


@dataclass(frozen=True)
class Masked:
    """A message in which a pointer stands for each title that is said: the words of a title, long and unlike a message,
    would be read with the rest. `stretches` are the pointers in `text`, each with its title's in the message."""

    message: str
    text: str
    stretches: tuple[tuple[Stretch, Stretch], ...]

    @classmethod
    def of(cls, message: str, products: Iterable[Product]) -> Masked:
        text, done, stretches = "", 0, []
        quoted = list(quoted_in(message, products))
        for place, (start, end) in enumerate(quoted):
            pointer = POINTER if len(quoted) == 1 else POINTERS[place % len(POINTERS)]
            text += message[done:start]
            stretches.append(((len(text), len(text) + len(pointer)), (start, end)))
            text, done = text + pointer, end
        return cls(message, text + message[done:], tuple(stretches))

    def unmasked(self, command: Command) -> Command:
        """What was read of `text`, in the message's characters, with each title as a pointer."""
        start, end = self._back(command.start, 0), self._back(command.end, 1)
        spans = [replace(s, start=self._back(s.start, 0), end=self._back(s.end, 1)) for s in command.spans]
        titles = [title for _, title in self.stretches if start <= title[0] and title[1] <= end]
        return _pointing(replace(command, text=self.message[start:end], start=start, spans=tuple(spans)), titles)

    def _back(self, place: int, side: int) -> int:
        """`side`: 0 of a beginning, 1 of an end; what lies within a pointer becomes that of the title."""
        shift = 0
        for (start, end), title in self.stretches:
            if place <= start + side - 1:
                break
            if place < end + side:
                return title[side]
            shift = title[1] - end
        return place + shift


def _within(one: Stretch, other: Stretch) -> bool:
    return one != other and other[0] <= one[0] and one[1] <= other[1]
