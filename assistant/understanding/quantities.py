"""How many pieces a message asks for."""

from __future__ import annotations

import re

from assistant.understanding.amounts import chinese_numeral, english_words

_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_PIECES = re.compile(
    rf"(?P<figures>-?\s?\d[\d,]*)\s*(?:x\b|×|[个個件款双雙条條只瓶包盒张張台支份])?|\b(?P<words>{_WORDS})\b(?!\s+(?:is|for|that|i|you|with)\b)"
    r"|(?P<dozen>\b(?:a|one) dozen\b)|(?P<pair>\b(?:a couple|a pair)\b)"
    r"|(?P<hanzi>[一二两兩三四五六七八九十百]+)(?=[个個件双雙条條只瓶包盒张張台支份])",
    re.IGNORECASE,
)


def parse_quantity(text: str) -> int | None:
    """The last number of pieces in the text (`two of them`, `x3`, `改成3个`), negative ones too; None without one.

    The caller takes out of the text what points at products ("the second one") and what is a price.
    """
    found = None
    for match in _PIECES.finditer(text):
        if match["figures"]:
            found = int(re.sub(r"[\s,]", "", match["figures"])[:12])
        elif match["words"] and not re.search(
            r"(?:the|this|that|which|blue|red|\w+est)\s+$", text[: match.start()], re.I
        ):
            found = int(english_words(match["words"]))
        elif match["dozen"]:
            found = 12
        elif match["pair"]:
            found = 2
        elif match["hanzi"]:
            found = int(chinese_numeral(match["hanzi"]))
    return found
