# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What a message says once its beginning is understood: "no, I meant for men" takes back, "and for kids?" goes on."""

from __future__ import annotations

import re
from typing import NamedTuple

from assistant.understanding.framing import unframed, without_delight

_CORRECTING = re.compile(
    r"^\W*(?:(?:no+|nope|sorry|oops|wait|wrong|hang on|hm+|uh|um|ah|oh|well|but|my (?:bad|mistake))[\s,.!…;:-]+)*"
    r"(?:(?:what )?i (?:actually |really )?(?:meant?|said|(?:should have|forgot to) (?:said|say|mention(?:ed)?)|was (?:asking|looking) for|asked (?:you )?for|wanted)(?: to say| is| was)?"
    r"|that'?s not what i (?:meant|said|asked for|wanted)[\s,.;:-]+(?:i (?:meant|said|asked for|wanted|want|need)\b)?"
    r"|(?:actually|but) no,? i (?:meant?|said|want(?:ed)?)|scratch that|should (?:be|have been)|it'?s supposed to be|rather)(?:[\s,:]+|$)",
    re.IGNORECASE,
)
_SORRY = re.compile(
    # A bare "no, in red" and "sorry, under 50": the comma tells it from "no red ones".
    r"^\W*(?!no\.?\s*\d)(?:(?:no+|nope|sorry|oops|wait|my (?:bad|mistake)|typo)\s*[,.!…;:-]+\s*)+(?!thank|thx|i don'?t|not? )(?=\S)",
    re.IGNORECASE,
)
_CORRECTING_ZH = re.compile(
    r"^\W*(?:(?:不是|不对|不對|错了|錯了|说错了|說錯了|打错了|打錯了|搞错了|抱歉|不好意思|等等|哎呀|哦不|不)[,，。.!！、\s]+(?:是|应该是|應該是|我(?:想)?(?:要|找|说|說|指)的(?:是)?|我(?:想)?[要找](?!的)|我说的?(?:是)?)?"
    r"|我(?:刚才|剛才)?(?:说|說|指|要|找|想要|想找)的是|我(?:刚才|剛才)?(?:说|說)(?:过|過|了)?(?:要)?(?=.)|应该是|應該是)[,，\s]*"
)
_NOT_THAT_NUMBER = re.compile(
    r"[\s,;(]+(?:and )?not\s+(?:[$€£¥]\s?)?\d[\d,.]*(?:\s?(?:dollars|bucks|euros|pounds))?\)?(?=\W*$)"
    r"|[,，\s]*(?:而?不是|不要|而非)\s*\d+(?:元|块|塊)?(?=\W*$)",
    re.IGNORECASE,
)
_WHOSE = re.compile(
    r"^\W*(?:(?:and|but|ok|so)\s+)*(?:(?:what|how) about|do you have|and|any)?\s*(?:(?:it|them|these|those|the same)\s+)?(?:(?:in|for)\s+)?(?:the\s+)?"
    r"(men|women|kids|children|boys|girls|baby|babies)'?s?'?\s*(?:sizes?|ones?|versions?|styles?|sized ones)\W*$",
    re.IGNORECASE,
)
_BARE_SIZE = re.compile(r"^\W*(?:(?:an?|in)\s+)?(x{0,3}[sml]|\d?xl)(?:\s+(?:please|pls|then))?\W*$", re.IGNORECASE)
_NOT_WHAT = re.compile(
    # "That's not a bottle set. A bottle set please": what was shown is not what was asked for.
    r"^\W*(?:no+[\s,.!]+)?(?:that|this|these|those|they|it)(?:'?s|'?re| is| are)? ?(?:not|isn'?t|aren'?t|n'?t) (?:an?|any|the|what i)\b[^.!?;]*[.!?;]+\s*(?=\S)"
    r"|^\W*(?:[这這那](?:些)?|它们?)(?:都|根本)?不是[^,，。.!！;；]*[,，。.!！;；]+\s*(?=\S)",
    re.IGNORECASE,
)
_GOES_ON_ZH = re.compile(r"^\W*那(?:么|麼)?(?![个個款件双雙条條些])(?=.+呢\W*$)")


class Heard(NamedTuple):
    """`text` is what is left to be read; `corrects` says that it puts right what was said or shown before, `soft` that
    what it wishes for need not be met."""

    text: str
    corrects: bool = False
    soft: bool = False


def heard(message: str) -> Heard:
    """The message without the words that only announce a correction, and without the frame of its wish (`framing`);
    whole where nothing else is in it."""
    message = without_delight(message)
    text, corrects = message, bool(_NOT_WHAT.match(message))
    text = _NOT_WHAT.sub("", text) if corrects else text
    for pattern in (_CORRECTING, _CORRECTING_ZH, _SORRY):
        shorter = pattern.sub("", text, count=1)
        if shorter != text and re.search(r"\w", shorter):
            text, corrects = shorter, True
    if corrects:
        text = _NOT_THAT_NUMBER.sub("", text)
    if whose := _WHOSE.match(text):
        text = f"for {whose[1]}"
    if size := _BARE_SIZE.match(text):
        text = f"size {size[1]}"
    framed = unframed(text)
    return Heard(_GOES_ON_ZH.sub("", framed.text), corrects, framed.soft)
