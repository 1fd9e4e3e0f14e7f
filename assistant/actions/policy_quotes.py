"""The shop's own rules, quoted under their heading."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.policies import Passage
from assistant.policy_topics import POLICIES
from assistant.turn import Evidence, Fact, Note
from data.records import Policy


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
