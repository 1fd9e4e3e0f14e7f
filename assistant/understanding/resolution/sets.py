"""Several things for one purpose within one budget, and changes to such a set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assistant.conversation.commands import Command
from assistant.turn import BundleWish, Understanding
from assistant.understanding import money, words
from assistant.understanding.inflection import singular
from assistant.understanding.model import roles_of
from assistant.understanding.resolution.situation import Situation, Tools
from assistant.understanding.vocabulary import words_of
from assistant.understanding.words import cut_out
from data.records import shelf_name

MOST_ROLES: Final = 7


def kit(tools: Tools, turn: Situation) -> Understanding:
    command = turn.command
    budget, each = _budget(command)
    things = [tools.queries.called(thing) for thing in command.words("thing")]
    occasion = " ".join(command.words("use")) or (", ".join(command.words("thing")) if len(things) > 1 else "")
    occasion = occasion or cut_out(command.text, [(s.start, s.end) for s in command.own_spans if s.label != "whom"])
    roles = things if len(things) > 1 else roles_for(tools, occasion, command, things)
    return Understanding(intent="bundle", bundle=BundleWish(occasion=occasion, roles=roles, budget=budget, each=each))


def roles_for(tools: Tools, occasion: str, command: Command, things: Sequence[str]) -> list[str]:
    """What belongs to an occasion: by the model, else the shelves to which its own words lead."""
    asked = occasion
    named = roles_of(tools.model, asked)[:MOST_ROLES] if tools.model is not None and asked else []
    if named:
        return list(dict.fromkeys([*things, *named]))
    query = tools.queries.of(replace(command, act="find")).words or asked
    shelves = [tools.search.catalogue.categories[hit.row] for hit in tools.search.search(query.split(" / ")[0], 60)]
    return list(dict.fromkeys([*things, *(shelf_name(path) for path in dict.fromkeys(shelves) if path)]))[:5]


def kit_change(tools: Tools, turn: Situation) -> Understanding:
    """Another budget, a part less, a part more, or another piece for a part."""
    command, bundle = turn.command, turn.state.bundle
    assert bundle is not None
    budget, _ = _budget(command)
    parts = [tools.queries.called(word) for word in command.words("thing", "not", "own", "want")]
    pointed = [product.product_id for product in turn.pointed.products]
    degree = turn.conditions.degree
    wish = BundleWish(occasion=bundle.occasion, roles=parts[:1], budget=budget)
    in_set = any(_same_thing(part, each.role) for part in parts for each in bundle.parts)
    if budget is not None and not parts and not pointed:
        wish.change = "budget"
    elif command.has("not", "own") or words.says("without", command.text):
        wish.change, wish.roles = (
            "drop",
            [tools.queries.called(word) for word in command.words("not", "own", "ref", "thing")][:1],
        )
    elif parts and not in_set and not pointed:
        wish.change = "add"
    else:
        wish.change = "swap"
        wish.prefer = "cheaper" if turn.conditions.cheaper else "better" if degree and degree.most else "other"
    return Understanding(intent="bundle", bundle=wish, references=pointed)


def _budget(command: Command) -> tuple[float | None, float | None]:
    """For all together, and for one."""
    amounts = {
        span.label: command.text[span.start : span.end]
        for span in command.own_spans
        if span.label in ("budget", "price_max", "price_about", "price", "price_range")
    }
    highs = {label: money.bounds(said, "price_max")[1] for label, said in amounts.items()}
    if words.says("each", command.text):
        return None, next(iter(highs.values()), None)
    return next((high for high in highs.values() if high is not None), None), None


def _same_thing(one: str, other: str) -> bool:
    """By the head, its last word: "the bag" is a sleeping bag."""
    heads = [[singular(word[0].lower()) for word in words_of(each)][-1:] for each in (one, other)]
    return bool(heads[0]) and heads[0] == heads[1]
