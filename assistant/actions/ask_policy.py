"""`ask_policy`: the shop's own words on shipping, returns, payment…: what answers, under the policy's heading."""

from __future__ import annotations

import re

from assistant.actions.request import Request
from assistant.policies import Passage
from assistant.policy_topics import POLICIES
from assistant.turn import Evidence, Fact, Note
from data.records import CATEGORY_SEPARATOR, Policy

_POINTS = re.compile(r"\b(?:it|this|that|these|those|them|one)\b|[这這那它]|第.个", re.IGNORECASE)


def act(request: Request) -> Evidence:
    if not request.shop.policies:
        return Evidence(notes=[Note(key="policy_none", values={"contact": request.contact()})])
    answered = request.shop.policy_book.answer(
        request.message, _pointed_at(request), sure=request.understanding.act == "policy"
    )
    evidence = quote(request, answered.passages)
    if not answered.passages:
        evidence.notes.append(Note(key="policy_silent", values={"contact": request.contact()}))
        evidence.suggestions.append(request.say("ask_person"))
    elif answered.silent:
        values = {"question": answered.silent[0], "contact": request.contact()}
        evidence.notes.append(Note(key="policy_silent_on", values=values))
    return evidence


def quote(request: Request, passages: list[Passage]) -> Evidence:
    """A note for each passage, under the policy's heading, with what was quoted as facts."""
    notes = [
        Note(key="policy", values={"topic": heading(request, passage.policy), "text": passage.text})
        for passage in passages
    ]
    return Evidence(notes=notes, facts=[Fact(text=passage.policy.text, source="policy") for passage in passages])


def heading(request: Request, policy: Policy) -> str:
    """The shop's own heading; in Chinese the usual name of the topic, where it is a usual one."""
    usual = [
        topic for topic, pattern in POLICIES.items() if topic in policy.topic.lower() or pattern.search(policy.topic)
    ]
    if request.understanding.language == "zh" and policy.topic.isascii() and usual:
        return request.say(f"topic_{usual[0].replace(' ', '_')}")
    return policy.topic


def _pointed_at(request: Request) -> str:
    """What the product on the table is, where the question points at it: "can I return this one?" of a lipstick."""
    products = request.referenced() if _POINTS.search(request.message) else []
    return " ".join(step for product in products[:1] for step in product.category.split(CATEGORY_SEPARATOR))
