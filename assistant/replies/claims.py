# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""What a sentence claims beyond its words: prices, stars, counts, stock, policies, comparisons, deeds, addresses.

Amounts of money are read in English and Chinese, in figures and words. What no pattern here takes is left to the word
and number checks of `checker.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.understanding.amounts import Amount, find_amounts

Kind = Literal[
    "price", "list_price", "price_difference", "price_at_most", "price_at_least",
    "rating", "count", "stock", "pieces_left", "policy", "comparison", "only", "boast", "deed", "contact", "markup",
]  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """`text` is as said, from `start` to `end`; `value` of money in the currency's unit, of stars and pieces as said."""

    kind: Kind
    start: int
    end: int
    text: str
    value: float | None = None


_CURRENCY_BEFORE = re.compile(r"(?:(?:US|CA|AU|HK|NT)?[$£€¥￥]|\b(?:USD|EUR|GBP|CNY|RMB))\s*$", re.I)
_CURRENCY_AFTER = re.compile(
    r"[\s-]*(?:US |American |Canadian )?(?:dollars?|bucks|usd|euros?|eur|pounds?|quid|gbp|yuan|rmb|cny)\b|\s*(?:[€£$]|美元|美金|欧元|歐元|英镑|英鎊|人民币|元|块|塊)",
    re.I,
)
_CENTS = re.compile(r"\s*(?:cents?\b|美分)", re.I)
_SPOKEN_OF_AS_PRICE = re.compile(
    r"\b(?:costs?|priced (?:at|around)|price(?: tag)? (?:is|of)|sells? for|goes for|available (?:for|at))\s+(?:only |just |about |around |a )?$",
    re.I,
)
_WAS = re.compile(
    r"\b(?:was|were|originally|regular(?:ly)?(?: price)?|list price(?: of)?|(?:down|reduced) from|instead of|before)\W*(?:at |for )?$|原[价價]\W*$",
    re.I,
)
_DIFFERENCE = re.compile(
    r"\s*(?:cheaper|dearer|less|lower|more expensive|more|higher|off|discount|sav)|^\s*(?:的差|便宜)", re.I
)
_SAVED = re.compile(r"\b(?:saves?|saving|cheaper by|便宜|省|[贵貴])(?: you)?\s*了?$|(?:便宜|[贵貴]|省)了?\W*$", re.I)
_AT_MOST = re.compile(
    r"\b(?:under|below|less than|within|up to|at most|no more than|cheaper than)\s+(?:your |the )?(?:budget of )?$",
    re.I,
)
_AT_LEAST = re.compile(r"\b(?:over|above|more than|at least)\s+$", re.I)

_PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("markup", re.compile(r"[<>`\[\]{}]|^\s*[#*-]\s|\*\*|\|")),
    ("contact", re.compile(r"https?://\S+|\bwww\.\S+|\b[\w.+-]+@[\w-]+\.\w+\b|\b[\w-]+\.(?:com|net|org|shop|example|cn|io|de|co\.uk)\b|(?<![\w.])\+?\(?\d{2,4}\)?(?:[\s.-]\d{2,4}){2,}(?![\w.])", re.I | re.A)),
    ("deed", re.compile(
        r"\b(?:i|we)(?:'ve|'ll| have| will)? (?:just )?(?:added|ordered|placed|applied|reserved|refunded|cancelled|sent|add|order|reserve|refund|apply)\b"
        r"|\border (?:is|has been) placed\b|\badded (?:it|this|them|that) to\b|已(?:为您|為您)?(?:加入|下单|下單|退款|取消)", re.I)),
    ("boast", re.compile(
        r"\bin the (?:world|shop|store|universe)\b|\bon the market\b|\banywhere\b|\bof all(?: time)?\b|\b(?:best|top)[- ]?sell\w*|\bnumber one\b|\bno\. ?1\b|\bunbeatable\b|\bthe best\b(?! (?:choice|option|pick) (?:for|if)\b)"
        r"|\bguaranteed?\b|\bmost popular\b|世界上?最|全[网網]最|史上最", re.I)),
    ("rating", re.compile(
        r"\b(?:rated|ratings?(?: of| is| at)?|scor(?:es|ed)(?: at)?)\s*\(?(?P<a>\d(?:\.\d+)?)(?:\s*(?:stars?|out of (?:5|five)|of (?:5|five)|/\s*5))*\)?"
        r"|(?P<b>\b\d(?:\.\d+)?)[\s-]*(?:stars?\b(?: out of (?:5|five))?|out of (?:5|five)\b|of 5\b|/\s*5\b)|(?P<c>\d(?:\.\d+)?)\s*(?:分|颗星|星)", re.I)),
    ("count", re.compile(r"(?:\bby )?(?P<a>\d[\d,]*)\s+(?:reviews?|ratings?|votes?|reviewers?|(?:shoppers|customers|buyers|people)(?=\W*$|[.,;]| (?:rated|bought|reviewed|like|love|on average)))\b|(?P<b>\d[\d,]*)\s*[个個条條](?:评分|評分|评价|評價)", re.I)),
    ("pieces_left", re.compile(r"\b(?:only |just )?(?P<a>\d[\d,]*)\s+(?:left|remaining|in stock|pieces left|available)\b|[剩余餘]\s*(?P<b>\d[\d,]*)\s*件", re.I)),
    ("stock", re.compile(r"\bin stock\b|\bout of stock\b|\bsold out\b|\bunavailable\b|\b(?:is|are) (?:currently |now |also )?available\b(?! (?:in|as|with)\b)|有[货貨]|缺[货貨]|售[罄完]", re.I)),
    ("policy", re.compile(
        r"\bfree (?:shipping|delivery|returns?)\b|\bship(?:s|ped|ping)?\b|\bdeliver(?:y|ed|s)?\b|\bwarrant\w+|\bguarantees?\b|\brefund\w*|\breturn(?:s|ed|able)\b|\bdiscount\w*|\bon sale\b|\bspecial offer\b|\bcoupon\w*|\bpromotion\w*|\bgift[- ]wrap\w*|\binstalments?\b", re.I)),
    ("only", re.compile(r"\bthe only\b|\bonly (?:one|choice|option|product)\b", re.I)),
    ("comparison", re.compile(
        r"\b(?:much |slightly |even |a bit |far )?(?:(?:more|less|most|least) (?P<what>[a-z]+)(?: [a-z]+)?|fewer [a-z]+"
        r"|(?:higher|lower|better|worse|best|highest|lowest|larger|longer|shorter|bigger|smaller|greater)[- ](?:rat(?:ed|ing)|pric(?:e|ed)|capacity|battery life|volume|weight|screen(?: size)?|power|brightness|storage|range)"
        r"|cheap(?:er|est)|pric(?:ier|iest)|dear(?:er|est)|light(?:er|est)|heav(?:ier|iest)|larg(?:er|est)|big(?:ger|gest)|small(?:er|est)|long(?:er|est)|short(?:er|est)|tall(?:er|est)|wid(?:er|est)|thick(?:er|est)|thin(?:ner|nest)|bright(?:er|est)|strong(?:er|est)|roomi(?:er|est)|high(?:er|est)|low(?:er|est))\b", re.I)),
)  # fmt: skip
_MORE_THAN_A_NUMBER = re.compile(r"^(?:more|less) than\b", re.I)


def claims_in(sentence: str) -> list[Claim]:
    """The typed claims, left to right; of two that overlap, the one whose kind is named first above (money foremost)."""
    found: list[Claim] = []
    for claim in [*money_in(sentence), *_by_pattern(sentence)]:
        if all(claim.end <= other.start or claim.start >= other.end for other in found):
            found.append(claim)
    return sorted(found, key=lambda claim: claim.start)


def money_in(text: str) -> Iterator[Claim]:
    """Every amount of money: `$19`, `19 dollars`, `nineteen dollars`, `costs 19`, `US$19.00`, `19美元`, `十九元`."""
    for amount in find_amounts(text):
        start, end = amount.start, amount.end
        before, after = text[:start], text[end:]
        value = amount.high
        if symbol := _CURRENCY_BEFORE.search(before):
            start = symbol.start()
        elif cents := _CENTS.match(after):
            value, end = value / 100, end + cents.end()
        elif word := _CURRENCY_AFTER.match(after):
            end += word.end()
        elif not (_SPOKEN_OF_AS_PRICE.search(before) and amount.written == "figures"):
            continue
        if was := _WAS.search(text[:start]):
            yield Claim("list_price", was.start(), end, text[was.start() : end].strip(), value)
        else:
            yield Claim(_kind_of_amount(text[:start], text[end:]), start, end, text[start:end].strip(), value)


def amounts_beside(sentence: str, claims: list[Claim]) -> Iterator[Amount]:
    """The numbers that no typed claim has taken; `one` in words is a pronoun more often than a number."""
    for amount in find_amounts(sentence):
        pronoun = amount.written == "words" and amount.high == 1
        if not pronoun and all(amount.end <= claim.start or amount.start >= claim.end for claim in claims):
            yield amount


def _kind_of_amount(before: str, after: str) -> Kind:
    if _DIFFERENCE.match(after) or _SAVED.search(before):
        return "price_difference"
    if _AT_MOST.search(before):
        return "price_at_most"
    return "price_at_least" if _AT_LEAST.search(before) else "price"


def _by_pattern(sentence: str) -> Iterator[Claim]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(sentence):
            if kind == "comparison" and _MORE_THAN_A_NUMBER.match(match[0]):
                continue  # the number after it is checked, and so is every bound of a price
            number = next((value for name, value in match.groupdict().items() if value and name != "what"), None)
            value = float(number.replace(",", "")) if number else None
            yield Claim(kind, match.start(), match.end(), match[0], value)
