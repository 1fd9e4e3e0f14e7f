"""What a shopper looks at while typing, as the reader sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

AFTER: Final = frozenset("list answer comparison cart summary order policy kit question talk".split())
TITLES: Final = 3  # of the products on the table that the reader is told
TITLE_WORDS: Final = 6


@dataclass(frozen=True)
class Scene:
    """`shown` is the kind of thing on the table and `titles` its first products; `focus` the product last spoken of,
    `asked` the question that is open, `cart` what is in the cart, `after` what the assistant has just done.
    """

    shown: str = ""
    titles: tuple[str, ...] = ()
    focus: str = ""
    asked: str = ""
    cart: str = ""
    after: str = ""

    @classmethod
    def parse(cls, line: str) -> Scene:
        """From "shown: kind: title; title | focus: …".

        :raises ValueError: for a part that a scene does not have.
        """
        parts = dict[str, str]()
        for part in filter(None, (each.strip() for each in line.split("|"))):
            name, _, value = part.partition(":")
            if name.strip() not in ("shown", "focus", "asked", "cart", "after") or not value.strip():
                raise ValueError(f"a scene has no '{part}'")
            parts[name.strip()] = value.strip()
        kind, _, titles = parts.get("shown", "").partition(":")
        if (after := parts.get("after", "")) and after not in AFTER:
            raise ValueError(f"'after' is one of {', '.join(sorted(AFTER))}")
        return cls(
            shown=kind.strip(),
            titles=tuple(title.strip() for title in titles.split(";") if title.strip())[:TITLES],
            focus=parts.get("focus", ""),
            asked=parts.get("asked", ""),
            cart=parts.get("cart", ""),
            after=after,
        )

    def __str__(self) -> str:
        """As the reader gets it: short, the most telling first, for what is cut off is cut at the end."""
        titles = "; ".join(_short(title) for title in self.titles[:TITLES])
        parts = [
            ("after", self.after),
            ("asked", self.asked),
            ("shown", self.shown),
            ("focus", _short(self.focus)),
            ("cart", _short(self.cart)),
            ("titles", titles),
        ]
        return " | ".join(f"{name}: {value}" for name, value in parts if value)


def _short(title: str) -> str:
    return " ".join(title.split()[:TITLE_WORDS])
