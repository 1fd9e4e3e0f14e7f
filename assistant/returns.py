# ruff: noqa: E501  a pattern that lists one kind of word stays on one line
"""How long something can be returned, read from the shop's own policy text. What cannot be read is not guessed."""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from assistant.policies import sentences
from assistant.policy_topics import POLICIES
from assistant.understanding.amounts import find_amounts
from assistant.understanding.language import normalise
from data.records import Order, Policy

Start = Literal["delivery", "purchase"]

_MONTHS = "january february march april may june july august september october november december".split()
_LENGTH = re.compile(
    r"\W{0,2}(?:calendar |full )?(day|week|month)s?\b|\s*个?(天|日(?!元)|周|星期|礼拜|月)(?!\d)", re.IGNORECASE
)
_GOES_BACK = re.compile(
    r"\b(?:return\w*|sen[dt] .{0,30}back|bring .{0,30}back|exchange\w*|money[- ]back)\b|[退换換]", re.IGNORECASE
)
_REFUND_TIME = re.compile(  # how long the shop takes, not how long the shopper has
    r"\b(?:we|will be|are|is) (?:\w+ )?(?:refund\w*|process\w*|issue\w*|credit\w*)\b|\breach(?:es|ing) us\b"
    r"|\b(?:receiv\w+|arriv\w+|get) (?:your|the|a) (?:return|parcel|package)\b|\bbusiness days\b|工作日|到[账賬帳]|原路",
    re.IGNORECASE,
)  # fmt: skip
_FROM_DELIVERY = re.compile(
    r"\b(?:deliver\w*|receipt|receiv\w*|arriv\w*)\b|[签簽]收|收[到货貨]|送[达達]|到[货貨]", re.IGNORECASE
)
_FROM_PURCHASE = re.compile(
    r"\b(?:purchas\w*|buying|bought|order(?:ed|ing)?|payment|invoice)\b|[购購][买買]|下[单單]|付款", re.IGNORECASE
)
_NOT_RETURNED = re.compile(
    r"\b(?:cannot|can'?t|can not|may not|not be|non-?|no|aren'?t|are not) ?(?:be )?(?:return\w*|refund\w*|exchang\w*|accepted)\b"
    r"|\bfinal sale\b|不[可能支予].{0,4}[退换換]|概不退",
    re.IGNORECASE,
)
_MONTH = "|".join(_MONTHS)
_SEASON = re.compile(
    rf"\b(?:bought|purchased|ordered|placed|made)\b.{{0,20}}?\b(?P<m1>{_MONTH}) (?P<d1>\d{{1,2}})\D{{1,12}}?(?P<m2>{_MONTH}) (?P<d2>\d{{1,2}})"
    rf".{{1,60}}?(?P<m3>{_MONTH}) (?P<d3>\d{{1,2}})",
    re.IGNORECASE,
)
_SEASON_ZH = re.compile(
    r"(?P<m1>\d{1,2})月(?P<d1>\d{1,2})日?\s*[至到~—–-]+\s*(?P<m2>\d{1,2})月(?P<d2>\d{1,2})日?.{1,30}?(?P<m3>\d{1,2})月(?P<d3>\d{1,2})"
)


@dataclass(frozen=True)
class Season:
    """What was bought from `first` to `last` can be returned until `until`; month and day of each."""

    first: tuple[int, int]
    last: tuple[int, int]
    until: tuple[int, int]

    def deadline(self, bought: date) -> date | None:
        for year in (bought.year - 1, bought.year):
            begins, ends = date(year, *self.first), date(year + (self.last < self.first), *self.last)
            if begins <= bought <= ends:
                return date(ends.year + (self.until < self.last), *self.until)
        return None


@dataclass(frozen=True)
class ReturnRule:
    """`count` of `unit` after the delivery or the purchase; `counts_from` is None where the policy does not say which.

    `sentence` is where it stands, `exceptions` are sentences of the same policy on what cannot be returned.
    """

    policy: Policy
    sentence: str
    count: int
    unit: Literal["day", "week", "month"]
    counts_from: Start | None
    season: Season | None = None
    exceptions: tuple[str, ...] = field(default=())

    def after(self, day: date) -> date:
        if self.unit == "month":
            year, month = divmod(day.year * 12 + day.month - 1 + self.count, 12)
            return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
        return day + timedelta(days=self.count * (7 if self.unit == "week" else 1))


@dataclass(frozen=True)
class Window:
    """Whether an order can still be returned; `open` is None where the records do not say from when the time counts.

    `until` is the last day, None where it is not known.
    """

    open: bool | None
    until: date | None


def return_rule(policies: Iterable[Policy]) -> ReturnRule | None:
    """The first time limit for returns that the policies state; None where they state none."""
    ranked = sorted(policies, key=lambda policy: not POLICIES["returns"].search(policy.topic))
    for policy in ranked:
        about_returns = bool(POLICIES["returns"].search(policy.topic))
        for sentence in sentences(policy):
            rule = _limit(policy, sentence, about_returns)
            if rule is not None:
                return rule
    return None


def window(rule: ReturnRule, order: Order, today: date) -> Window:
    """The last day is in the window. A special season can only lengthen it."""
    bought = order.placed_at.date()
    delivered = order.delivered_at.date() if order.delivered_at else None
    season = rule.season.deadline(bought) if rule.season else None
    begins = bought if rule.counts_from == "purchase" else delivered
    if rule.counts_from is None or begins is None:
        # It cannot end before the time that counts from the purchase.
        earliest = max(rule.after(bought), season or date.min)
        if today <= earliest:
            return Window(True, None)
        latest = rule.after(delivered) if delivered else None
        return (
            Window(False, latest)
            if latest is not None and today > max(latest, season or date.min)
            else Window(None, None)
        )
    until = max(rule.after(begins), season or date.min)
    return Window(today <= until, until)


def _limit(policy: Policy, sentence: str, about_returns: bool) -> ReturnRule | None:
    text = normalise(sentence)
    if _REFUND_TIME.search(text) or not (about_returns or _GOES_BACK.search(text)) or _NOT_RETURNED.search(text):
        return None
    if not _GOES_BACK.search(text) and not re.search(r"\brefund|[退]", text, re.IGNORECASE):
        return None
    for amount in find_amounts(text):
        length = _LENGTH.match(text, amount.end)
        if length is None or amount.low != amount.high or not float(amount.low).is_integer() or amount.low < 1:
            continue
        counts_from: Start | None = "delivery" if _FROM_DELIVERY.search(text) else None
        counts_from = counts_from or ("purchase" if _FROM_PURCHASE.search(text) else None)
        others = [other for other in sentences(policy) if other != sentence]
        return ReturnRule(
            policy=policy,
            sentence=sentence,
            count=int(amount.low),
            unit=_unit(length),
            counts_from=counts_from,
            season=next((season for other in others if (season := _season(normalise(other)))), None),
            exceptions=tuple(other for other in others if _NOT_RETURNED.search(normalise(other))),
        )
    return None


def _unit(length: re.Match[str]) -> Literal["day", "week", "month"]:
    said = (length[1] or length[2]).lower()
    if said in ("week", "周", "星期", "礼拜"):
        return "week"
    return "month" if said in ("month", "月") else "day"


def _season(sentence: str) -> Season | None:
    found = _SEASON.search(sentence)
    chinese = _SEASON_ZH.search(sentence) if _GOES_BACK.search(sentence) else None
    match = found or chinese
    if match is None or not _GOES_BACK.search(sentence):
        return None
    days = [(_month(match[f"m{place}"]), int(match[f"d{place}"])) for place in (1, 2, 3)]
    try:
        for month, day in days:
            date(2001, month, day)  # no leap year: February 29 is no end of a season
    except ValueError:
        return None
    return Season(*days)


def _month(said: str) -> int:
    return int(said) if said.isdigit() else _MONTHS.index(said.lower()) + 1
