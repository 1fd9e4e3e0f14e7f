"""Prices as shops write them, with their currency."""

from __future__ import annotations

import math
import re
from functools import cache, lru_cache
from typing import Any, NamedTuple

from babel.numbers import list_currencies

_SYMBOLS = {
    "US$": "USD", "A$": "AUD", "AU$": "AUD", "C$": "CAD", "CA$": "CAD", "HK$": "HKD", "NZ$": "NZD", "NT$": "TWD",
    "S$": "SGD", "R$": "BRL", "MX$": "MXN", "$": "USD", "£": "GBP", "€": "EUR", "￥": "CNY", "¥": "JPY", "円": "JPY",
    "元": "CNY", "块": "CNY", "人民币": "CNY", "RMB": "CNY", "CN¥": "CNY", "₹": "INR", "RS.": "INR", "RS": "INR",
    "₩": "KRW", "₽": "RUB", "ZŁ": "PLN", "₺": "TRY", "₫": "VND", "฿": "THB", "₱": "PHP", "₪": "ILS", "₴": "UAH",
    "KČ": "CZK", "FT": "HUF", "FR.": "CHF", "美元": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY",
    "BUCKS": "USD", "DOLLARS": "USD", "EURO": "EUR", "EUROS": "EUR", "POUNDS": "GBP", "＄": "USD", "￡": "GBP",
}  # fmt: skip
_DECIMAL_COMMA = frozenset({"EUR", "BRL", "PLN", "TRY", "RUB", "DKK", "SEK", "NOK", "CZK", "HUF", "VND", "IDR", "UAH"})
_BLANK = r"[   ]"
_NUMBER = re.compile(rf"[-−]?\d(?:[\d.,'’]|{_BLANK}(?=\d{{3}}(?!\d)))*")
_WORDS = re.compile(
    r"\b(?:from|starting|at|only|now|price|per|each|ea|up|about|approx|incl|excl|vat|tax|inc|ab|à partir de)\b\.?"
    r"|起|约|现价|售价|价格|[+*:：()\[\]/]",
    re.IGNORECASE,
)
_NAME = re.compile(r"[A-Za-z]{0,3}[$¥]|[A-Za-zŁłČč]+\.?|人民币|美元|美金|欧元|英镑|日元|[£€￥円元块₹₩₽₺₫฿₱₪₴＄￡]")
_RANGE = re.compile(r"^(?:-|–|—|−|~|～|to|至|到|bis)$", re.IGNORECASE)
_GROUPED = re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}|\d{1,3}(?:\.\d{3})+|\d{1,3}(?:['’]\d{3})+")


class Price(NamedTuple):
    """`amount` is the lowest price asked; `upper` the highest where a range is given.

    `currency` is an ISO 4217 code, None where the text names none.
    """

    amount: float
    upper: float | None = None
    currency: str | None = None


def parse_price(value: Any) -> Price | None:
    """A number, or text such as `£1,299.00`, `1.299,00 €`, `from $20`, `20-35`, `199元`; None where it is no price.

    A bare `¥` is taken for the yen and the full-width `￥` for the yuan, a bare `$` for the US dollar.
    """
    if isinstance(value, str):
        return _parse_text(value)
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return Price(number) if math.isfinite(number) else None


@lru_cache(maxsize=65_536)
def _parse_text(text: str) -> Price | None:
    if len(text) > 80:
        return None
    text = text.strip()
    try:
        return Price(float(text)) if text.isascii() and re.fullmatch(r"-?\d+(\.\d+)?", text) else _parse_written(text)
    except ValueError:
        return None


def _parse_written(text: str) -> Price | None:
    if text.lower() in ("free", "gratis", "免费"):
        return Price(0.0)
    currency, rest = _take_currency(text)
    rest = re.sub(r"(?<=[\d\s])[-−](?=\s*\d)", " - ", rest)  # a dash between numbers is no minus
    rest = re.sub(r"(?<=\d),-(?=\s|$)|(?<=\d)\.-(?=\s|$)", "", rest)  # 299,-
    numbers = _NUMBER.findall(rest)
    between = [_WORDS.sub(" ", part).strip() for part in _NUMBER.split(rest)]
    if not 1 <= len(numbers) <= 2 or between[-1] not in ("", "万", "k", "K"):
        return None
    scale = {"万": 10_000, "k": 1_000, "K": 1_000}.get(between[-1], 1)
    if between[0] in ("-", "−"):
        scale, between[0] = -scale, ""
    amounts = [_amount(number, currency) for number in numbers]
    if between[0] or None in amounts or (len(numbers) == 2 and not _RANGE.match(between[1])):
        return None
    low, high = min(a * scale for a in amounts if a is not None), max(a * scale for a in amounts if a is not None)
    return Price(low, high if high > low else None, currency)


def _take_currency(text: str) -> tuple[str | None, str]:
    """The first currency named, and the text without any."""
    found = []

    def note(match: re.Match[str]) -> str:
        name = match[0].upper()
        code = _SYMBOLS.get(name) or _SYMBOLS.get(name.rstrip(".")) or (name if name in _codes() else None)
        if code is None:
            return match[0]
        found.append(code)
        return " "

    rest = _NAME.sub(note, text)
    return (found[0] if found else None), rest


@cache
def _codes() -> frozenset[str]:
    return frozenset(list_currencies())


def _amount(written: str, currency: str | None) -> float | None:
    """One number, its grouping and decimals told apart; None where the two contradict each other."""
    sign = -1.0 if written[0] in "-−" else 1.0
    digits = re.sub(_BLANK, "", written.lstrip("-−")).rstrip(".,'’")
    comma, point = digits.rfind(","), digits.rfind(".")
    if comma >= 0 and point >= 0:
        decimal = "," if comma > point else "."
    elif comma >= 0:
        decimal = "" if _GROUPED.fullmatch(digits) else ","
    elif point >= 0:
        grouped = _GROUPED.fullmatch(digits) and (digits.count(".") > 1 or currency in _DECIMAL_COMMA)
        decimal = "" if grouped else "."
    else:
        decimal = ""
    whole, _, fraction = digits.rpartition(decimal) if decimal else (digits, "", "")
    if not fraction.isdigit() and fraction:
        return None
    if not whole.isdigit() and not _GROUPED.fullmatch(whole):
        return None
    return sign * float(f"{re.sub(r'[^0-9]', '', whole)}.{fraction or 0}")
