"""What is asked for by degree ("lightest", "cheaper", "not too big", 最便宜): which figure, whether more of it, and
whether of all or compared with what is spoken of."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.turn import Degree, Sort
from assistant.understanding import words


@dataclass(frozen=True)
class SaidDegree:
    """`of` is a figure of a product: `price`, `rating`, or what an attribute measures. `most` whether more of it is
    wanted; `compared` whether with what is on the table, not among all there is."""

    of: str
    most: bool
    compared: bool

    @property
    def sort(self) -> Sort | None:
        """The order of a list that it asks for, where a list has one of that name."""
        if self.of == "price" and not self.compared:
            return "price_high" if self.most else "price_low"
        return "rating" if self.of == "rating" and self.most else None

    @property
    def degree(self) -> Degree | None:
        """Of an attribute."""
        return None if self.of in ("price", "rating") else Degree(of=self.of, most=self.most, compared=self.compared)


def read_degree(text: str, attributes: tuple[str, ...] = ()) -> SaidDegree | None:
    """The degree that the words of a `degree` span state; None where they state none that is known. `attributes` are
    names of figures that the shop's listings state, which may be called by name ("longest battery life")."""
    named = _named(text, attributes)
    hits = words.found("degrees", text)
    if not hits and not named and (mended := words.mended("degrees", text)) != text:
        return read_degree(mended, attributes)  # "chepest"
    superlative = words.says("most", text)
    if not hits and not (named and superlative):
        return None
    of, direction = hits[0][1] if hits else (named, "more")
    around = text[: hits[0][0][0]] + " " + text[hits[0][0][1] :] if hits else text
    more = direction == "more"
    if words.says("least", around) or (words.says("reversed", around) and not superlative):
        more = not more
    return SaidDegree(named or of, more, compared=not superlative)


def _named(text: str, attributes: tuple[str, ...]) -> str:
    """The longest name of a figure that the text has."""
    plain = text.lower()
    named = [name for name in attributes if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", plain)]
    return max(named, key=len, default="")
