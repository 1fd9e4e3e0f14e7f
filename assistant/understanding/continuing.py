"""How a list goes on from the one on the table: an answer, a return to an earlier one, a correction, "same budget"."""

from __future__ import annotations

from dataclasses import replace

from assistant.turn import Understanding
from assistant.understanding import cues
from assistant.understanding.carrying import conditions
from assistant.understanding.said import Said
from retrieval.filters import BRAND, CATEGORY, COLOUR, Filters


def continuing(understanding: Understanding, said: Said) -> Understanding | None:
    """The whole understanding of a message that answers or goes back; None where there is more to be read."""
    if said.answer is not None:
        return _answered(understanding, said)
    if said.returned_to is not None:
        return _returned(understanding, said)
    same_list = understanding.asks_values or (cues.JUST_SHOW.search(said.text) and not said.content)
    return _unchanged(understanding, said) if same_list and understanding.intent == "refine" else None


def carried_over(said: Said, *, refining: bool) -> Filters:
    """The conditions of the list on the table that hold on; of another thing only those that are to be the same."""
    filters = said.state.filters
    puts_right = said.corrects and said.names_another  # "sorry, I meant bags": the same conditions, of bags
    if refining or puts_right:
        return filters.model_copy(update={CATEGORY: []}) if puts_right else filters
    kept: dict[str, object] = {}
    for match in cues.THE_SAME.finditer(said.text):
        word = next(group for group in match.groups() if group).lower()
        if word in cues.PRICE_WORDS:
            kept |= {"price_min": filters.price_min, "price_max": filters.price_max}
        elif name := cues.FIELD_OF_WORD.get(word):
            kept |= {name: getattr(filters, name)} if name in (BRAND, COLOUR) else {}
            if name in filters.attributes:
                kept["attributes"] = {name: filters.attributes[name]}
    return Filters(**kept)


def _answered(understanding: Understanding, said: Said) -> Understanding:
    """The answer, and what else the message says."""
    answer, state = said.answer, said.state
    assert answer is not None
    wanted = [mention for mention in said.parts.wanted if mention.field not in (answer.field, CATEGORY)]
    wanted = [mention for mention in wanted if mention.field in (BRAND, COLOUR) or mention.field in state.asked_fields]
    parts = replace(said.parts, wanted=wanted, price=None if answer.field == "price" else said.parts.price)
    shown_prices: list[float] = []
    understanding.query, understanding.sort, understanding.answers = state.query, said.parts.sort or state.sort, True
    understanding.filters = answer.applied(conditions(parts, state.filters, shown_prices=shown_prices))
    return understanding


def _unchanged(understanding: Understanding, said: Said) -> Understanding:
    """The list on the table, with what can be read of new conditions."""
    state = said.state
    understanding.query, understanding.sort = state.query, said.parts.sort or state.sort
    understanding.filters = conditions(said.parts, state.filters, shown_prices=[])
    return understanding


def _returned(understanding: Understanding, said: Said) -> Understanding:
    """An earlier list with its conditions, and what the message adds to them."""
    topic = said.returned_to
    assert topic is not None
    parts = replace(said.parts, wanted=[mention for mention in said.parts.wanted if mention.field != CATEGORY])
    understanding.intent, understanding.kind = ("recommend", topic.kind) if topic.kind else ("refine", None)
    understanding.returns = True
    understanding.query, understanding.sort = topic.query, said.parts.sort or topic.sort
    understanding.filters = conditions(parts, topic.filters, shown_prices=[])
    return understanding
