"""Traditional characters in their simplified form, one for one, so that places stay the same."""

from __future__ import annotations

from functools import cache
from typing import Final

import opencc

CHINESE: Final = "".join(map(chr, range(0x3400, 0xA000)))


def simplified(text: str) -> str:
    """By OpenCC's table of characters; a text as long as the one given."""
    return text if text.isascii() else text.translate(_table())


@cache
def _table() -> dict[int, str]:
    others = opencc.OpenCC("t2s").convert("\n".join(CHINESE)).split("\n")
    return {ord(one): other for one, other in zip(CHINESE, others, strict=True) if one != other and len(other) == 1}
