"""How MG-ShopDial's labels and ours meet: the table is part of the result."""

from __future__ import annotations

from collections import Counter
from typing import Final, Literal

from assistant.turn import Understanding
from benchmarks.documents import Cells
from benchmarks.mgshopdial import Utterance

Goal = Literal["wish", "question", "talk"]
GOALS: Final[tuple[Goal, ...]] = ("wish", "question", "talk")

OF_THEIR_GOALS: Final[dict[str, Goal]] = {
    "search": "wish",
    "recommendation": "wish",
    "qa": "question",
    "meta": "talk",
}
OF_THEIR_INTENTS: Final[dict[str, Goal]] = {
    "disclose": "wish",
    "answer": "wish",
    "elicit": "wish",
    "recommend": "wish",
    "explain": "wish",
    "o_question": "question",
    "clarify": "question",
    "pf": "talk",
    "nf": "talk",
    "interaction": "talk",
    "greeting": "talk",
    "other": "talk",
}
OF_OURS: Final[dict[str, Goal]] = {
    "search": "wish",
    "refine": "wish",
    "recommend": "wish",
    "bundle": "wish",
    "cart": "wish",
    "compare": "question",
    "ask_product": "question",
    "ask_policy": "question",
    "order": "question",
    "smalltalk": "talk",
    "memory": "talk",
    "out_of_scope": "talk",
    "handoff": "talk",
}
_ABOUT_PRICES: Final = ("no_discount", "competitor")  # boundaries that answer a question about the shop

REASONS: Final = {
    "wish": "looking for something, saying what it should be, choosing it: their search and recommendation, which a "
    "client can hardly tell apart",
    "question": "about a product or the shop; our `recommend.why`, `cart.view` and lists of values are questions, too",
    "talk": "thanks, opinions, patience, what lies beside shopping",
}


def goal_of(understanding: Understanding) -> Goal:
    """Which of the three goals our reading of a turn serves."""
    if understanding.problem in _ABOUT_PRICES or understanding.kind == "why":
        return "question"
    if understanding.intent == "cart" and understanding.operation == "view":
        return "question"
    if understanding.counting or understanding.asks_values:
        return "question"
    return OF_OURS[understanding.intent]


def their_goal(utterance: Utterance) -> Goal:
    return OF_THEIR_GOALS[utterance.goal]


def their_intent(utterance: Utterance) -> Goal | None:
    """What most votes of the annotators say; None where there are none or two say it equally."""
    votes: Counter[Goal] = Counter()
    for intent, given in utterance.intents.items():
        votes[OF_THEIR_INTENTS[intent]] += int(given)
    first, second = [*votes.most_common(2), (None, 0), (None, 0)][:2]
    return first[0] if first[1] > second[1] else None


def mapping_table() -> Cells:
    """A row for each of the three goals: what of theirs and of ours it holds, and why."""
    rows = [["", "their goals", "their intents", "ours", "what it is"]]
    for goal in GOALS:
        tables = (OF_THEIR_GOALS, OF_THEIR_INTENTS, OF_OURS)
        names = [", ".join(name for name, of in table.items() if of == goal) for table in tables]
        rows.append([goal, *names, REASONS[goal]])
    return rows
