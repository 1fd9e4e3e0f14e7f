# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""Personal data that people type: found by its form, and taken out of a text before others read or keep it.

Payment cards are told from other long numbers by their check digit (Luhn, ISO/IEC 7812-1), Chinese identity numbers by
theirs (GB 11643-1999, which is ISO 7064 MOD 11-2) and by the date of birth in them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Literal, NamedTuple

from assistant.turn import Language

Kind = Literal["card", "email", "phone", "identity"]

LABELS: dict[Language, dict[Kind, str]] = {
    "en": {"card": "[card number]", "email": "[e-mail address]", "phone": "[phone number]", "identity": "[ID number]"},
    "zh": {"card": "[卡号]", "email": "[邮箱]", "phone": "[电话]", "identity": "[身份证号]"},
}

_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DIGIT_RUN = re.compile(r"(?<![0-9A-Za-z])\d(?:[ .-]{0,2}\d){12,18}(?![0-9A-Za-z])")
_IDENTITY = re.compile(r"(?<![0-9A-Za-z])\d{17}[0-9Xx](?![0-9A-Za-z])")
_PHONES = re.compile(
    r"(?<![0-9A-Za-z.])(?:"
    r"(?:\+|00)\d{1,3}(?:[ .()/-]{0,2}\d){6,13}"  # with the country's code
    r"|(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}"  # a mobile in China
    r"|0\d{2,3}[ -]\d{7,8}(?:-\d{1,4})?"  # a landline in China
    r"|(?:1[ .-]?)?(?:\([2-9]\d{2}\)[ ]?|[2-9]\d{2}[ .-])[2-9]\d{2}[ .-]\d{4}"  # North America
    r"|0\d{2,4}[ ]\d{3,4}[ ]?\d{3,4}"  # as written in the United Kingdom
    r")(?![0-9A-Za-z])"
)
_BARE_PHONE = re.compile(
    r"(?<!\[)(?:\b(?:call|phone|tel(?:ephone)?|mobile|cell|whatsapp|text me)\b|[电電][话話]|手机|手機|[联聯]系)[^\d+]{0,24}?(\d{7,12})(?!\d)",
    re.IGNORECASE,
)


class Found(NamedTuple):
    """Personal data at text[start:end]."""

    start: int
    end: int
    kind: Kind


def find(text: str) -> list[Found]:
    """All personal data in a text, in order, none overlapping another. Full-width digits are read like others."""
    plain = _same_length_ascii(text)
    found: list[Found] = []
    for one in _candidates(plain):
        if all(one.end <= other.start or one.start >= other.end for other in found):
            found.append(one)
    return sorted(found)


def mask(text: str, language: Language = "en") -> str:
    """The text with a label in the place of each piece of personal data; any other character stays as it is."""
    for one in reversed(find(text)):
        text = text[: one.start] + LABELS[language][one.kind] + text[one.end :]
    return text


def _candidates(text: str) -> Iterator[Found]:
    """The surest kinds first: an identity number might also pass for a card, a card for a telephone."""
    yield from (Found(match.start(), match.end(), "email") for match in _EMAIL.finditer(text))
    for match in _IDENTITY.finditer(text):
        if is_identity_number(match[0]):
            yield Found(match.start(), match.end(), "identity")
    for match in _DIGIT_RUN.finditer(text):
        yield from _cards(match)
    yield from (Found(match.start(), match.end(), "phone") for match in _PHONES.finditer(text))
    yield from (Found(match.start(1), match.end(1), "phone") for match in _BARE_PHONE.finditer(text))


def _cards(run: re.Match[str]) -> Iterator[Found]:
    """The longest row of whole groups of digits that is a card number: "… 1111 12/27" goes on after the number."""
    groups = list(re.finditer(r"\d+", run[0]))
    for length in range(len(groups), 0, -1):
        for first in range(len(groups) - length + 1):
            row = groups[first : first + length]
            if is_card_number("".join(group[0] for group in row)):
                yield Found(run.start() + row[0].start(), run.start() + row[-1].end(), "card")
                return


def is_card_number(digits: str) -> bool:
    """13 to 19 digits, not all the same, whose Luhn sum is a multiple of ten."""
    if not 13 <= len(digits) <= 19 or not digits.isdigit() or len(set(digits)) == 1:
        return False
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def is_identity_number(text: str) -> bool:
    """17 digits and a check character, with a date that exists in places 7 to 14."""
    if not re.fullmatch(r"[0-9]{17}[0-9Xx]", text):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    weighted = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(text[:17]))
    return "10X98765432"[weighted % 11] == text[17].upper()


def _same_length_ascii(text: str) -> str:
    """Full-width letters, digits and signs in their ordinary form, character by character, so that places stay."""
    plain = []
    for character in text:
        ordinary = unicodedata.normalize("NFKC", character)
        plain.append(ordinary if len(ordinary) == 1 and (ordinary.isascii() or ordinary.isdigit()) else character)
    return "".join(plain)
