"""`ask_policy`: the shop's own words on shipping, returns, payment…, the sentences nearest to the question."""

from __future__ import annotations

import re

import numpy as np

from assistant.actions.request import Request
from assistant.turn import Evidence, Fact, Note
from assistant.understanding.cues import POLICIES
from assistant.understanding.language import has_cjk
from data.records import Policy

LIKENESS = 0.25  # cosine below which a policy is about something else
SENTENCES = 3
SENTENCES_FOR_OTHERS = 4  # where the question is in another language than the policy


def act(request: Request) -> Evidence:
    policies = request.shop.policies
    if not policies:
        return Evidence(notes=[Note(key="policy_none", values={"contact": request.contact()})])
    policy = _policy_for(request, policies)
    if policy is None:
        return Evidence(notes=[Note(key="policy_silent", values={"contact": request.contact()})])
    text = _nearest_sentences(request, policy)
    return Evidence(
        notes=[Note(key="policy", values={"topic": _heading(request, policy), "text": text})],
        facts=[Fact(text=policy.text, source="policy")],
    )


def _heading(request: Request, policy: Policy) -> str:
    """The shop's own heading; in Chinese the usual name of the topic, where it is a usual one."""
    usual = [
        topic for topic, pattern in POLICIES.items() if topic in policy.topic.lower() or pattern.search(policy.topic)
    ]
    if request.understanding.language == "zh" and policy.topic.isascii() and usual:
        return request.say(f"topic_{usual[0].replace(' ', '_')}")
    return policy.topic


def _policy_for(request: Request, policies: list[Policy]) -> Policy | None:
    """By the topic that the question names, else by meaning."""
    named = [topic for topic, pattern in POLICIES.items() if pattern.search(request.message)]
    for topic in sorted(named, key=lambda topic: topic in ("shipping", "payment")):  # the special before the general
        for policy in policies:
            if POLICIES[topic].search(policy.topic) or topic in policy.topic.lower():
                return policy
    encoder = request.shop.search.encoder
    likeness = encoder.encode([f"{policy.topic}. {policy.text}" for policy in policies]) @ encoder.encode_query(
        request.message
    )
    best = int(np.argmax(likeness))
    return policies[best] if likeness[best] >= LIKENESS and not named else None


def _nearest_sentences(request: Request, policy: Policy) -> str:
    """The sentences nearest to the question, in the order of the policy; the first always, for it sets the frame."""
    plain = re.sub(r"(?m)^\s*[-*]\s*", "", policy.text)
    sentences = [sentence for sentence in re.split(r"(?<=[.!?。!?])\s+|\n+", plain) if sentence.strip()]
    if len(sentences) <= SENTENCES:
        return " ".join(sentences)
    if has_cjk(request.message) and not has_cjk(plain):
        return " ".join(sentences[:SENTENCES_FOR_OTHERS])  # an English encoder cannot tell which of them answers
    encoder = request.shop.search.encoder
    likeness = encoder.encode(sentences) @ encoder.encode_query(request.message)
    chosen = sorted({0, *(int(i) for i in np.argsort(-likeness)[: SENTENCES - 1])})
    return " ".join(sentences[i].strip() for i in chosen)
