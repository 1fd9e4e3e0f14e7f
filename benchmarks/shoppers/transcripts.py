"""Conversations to read: what was wanted, what was said on both sides, how it ended."""

from __future__ import annotations

import numpy as np

from benchmarks.shoppers.judging import Exchange
from benchmarks.shoppers.talking import Dialogue

IN_THE_DOCUMENT = 10
_FAULTS = {
    "budget_violations": "above the budget unsaid",
    "constraint_violations": "against a constraint unsaid",
    "repeats": "the same list again",
    "dead_ends": "dead ends",
    "false_noes": "false noes",
    "wrong_cart_changes": "wrong changes of the cart",
    "wrong_answers": "wrong answers",
    "crashes": "crashes",
}


def sample(dialogues: list[Dialogue], seed: int) -> str:
    """Some whole conversations, drawn by the seed, good or bad, each folded."""
    drawn = np.random.default_rng(seed).permutation(len(dialogues))[:IN_THE_DOCUMENT]
    return "\n\n".join(_folded(dialogues[at], int(at)) for at in sorted(drawn))


def transcript(dialogue: Dialogue) -> str:
    """One conversation in Markdown, below its need and its judgement."""
    return "\n".join([f"**Need:** {dialogue.need}", "", _outcome(dialogue), "", *_lines(dialogue)]) + "\n"


def _folded(dialogue: Dialogue, number: int) -> str:
    head = f"{number}: {dialogue.need} — {'success' if dialogue.judgement.success else 'failure'}"
    body = "\n".join([_outcome(dialogue), "", *_lines(dialogue)])
    return f"<details>\n<summary>{head}</summary>\n\n{body}\n\n</details>"


def _outcome(dialogue: Dialogue) -> str:
    found = dialogue.judgement
    faults = [f"{words}: {getattr(found, name)}" for name, words in _FAULTS.items() if getattr(found, name)]
    end = f"Success after {found.turns} messages" if found.success else f"Failure: the shopper {found.cause}"
    return f"*{'; '.join([end, *faults])}.*"


def _lines(dialogue: Dialogue) -> list[str]:
    return [line for exchange in dialogue.exchanges for line in _exchange(exchange)]


def _exchange(exchange: Exchange) -> list[str]:
    seen = exchange.seen
    lines = [f"> {exchange.message.text}", "", f"*It broke: {seen.broke}*" if seen.broke else seen.text, ""]
    lines += [f"- {card.title}, {card.price:,.2f}{' (sold out)' if card.sold_out else ''}" for card in seen.cards]
    if seen.choices:
        lines += ["", "Asked: " + " · ".join(f"[{choice}]" for choice in seen.choices)]
    return [*lines, ""]
