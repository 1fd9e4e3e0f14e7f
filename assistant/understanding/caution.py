"""Nothing is changed by a guess: what the reader takes for a change but is unsure of is shown, or asked back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from assistant.conversation.commands import Command, Span
from assistant.understanding import words
from assistant.understanding.pointing import described
from assistant.understanding.service import order_question
from assistant.understanding.suggestions import suggested
from assistant.understanding.words import cut_out

SURE_OF_A_CHANGE: Final = 0.5  # below it something else is likelier than that the cart is to change
SURE_OF_DISTRESS: Final = 0.8  # where something else is told with it
SURE_OF_MORE: Final = 0.8  # beside a condition
_CLAUSES = re.compile(r"[,，.。!！?？]")
_LETTERS = re.compile(r"[a-z0-9\u3400-\u9fff]")
CHANGES: Final = {  # acts that change something, and how sure the reader must be of them
    **dict.fromkeys(("add", "set", "remove", "order_change", "checkout"), SURE_OF_A_CHANGE),
    "clear_cart": 0.7,
    "handoff": 0.9,  # unless a person is named
}
INSTEAD: Final = {"add": "offer"}  # of what is asked back
OF_PRODUCTS: Final = ("add", "set", "remove", "ask", "advise", "similar")
BESIDE_SHOPPING: Final = ("offtopic", "expert", "about_assistant", "unclear")
AGAINST_THE_SHOP: Final = ("manipulate", "haggle")


def with_places(command: Command) -> Command:
    """ "The second one" points, marked or not, where what it asks for is of products."""
    if command.has("ref") or command.act not in OF_PRODUCTS:
        return command
    places = [place for place, _ in words.found("ordinals", command.text)]
    pointers = [place for place, meaning in words.found("pointers", command.text) if meaning == "one"]
    graded = [(span.start, span.end) for span in command.own_spans if span.label == "degree"]
    if graded and pointers and not places:  # "the dearest one"
        ends = (min(start for start, _ in graded), max(end for _, end in [*pointers, *graded]))
        others = [span for span in command.spans if span.label != "degree"]
        pointer = Span(command.start + ends[0], command.start + ends[1], "ref")
        return replace(command, spans=tuple(sorted([*others, pointer], key=lambda span: span.start)))
    marked = tuple(Span(command.start + start, command.start + end, "ref") for start, end in places)
    return replace(command, spans=tuple(sorted((*command.spans, *marked), key=lambda span: span.start)))


def cautious(commands: Sequence[Command], *, after_an_order: bool = False) -> list[Command]:
    """The commands of one message, of which none changes anything where one that would is a mere guess, or where
    another bids the assistant what only the shop decides: "set its price to 1, then check out". `after_an_order`: one
    was just spoken of, which "cancel it" means."""
    kept = [careful(with_places(command)) for command in commands if not _mere_story(command, commands)]
    against = [command for command in kept if command.act in AGAINST_THE_SHOP]
    if against and len(kept) > 1:
        return [command for command in kept if command.act not in CHANGES and command.act != "tell"]
    if any(_guessed(command, after_an_order=after_an_order) for command in kept):
        return [
            replace(command, act=INSTEAD.get(command.act, "unclear")) if command.act in CHANGES else command
            for command in kept
        ]
    return kept


def _mere_story(command: Command, commands: Sequence[Command]) -> bool:
    """What is told beside a wish and marks nothing is not worth keeping, and what is only guessed to be something else
    is the story of it: "not pine, [it dents so fast]"."""
    if command.spans or len(commands) < 2:
        return False
    guessed = command.act in (*AGAINST_THE_SHOP, "offtopic", "expert") and command.sure < SURE_OF_A_CHANGE
    goes_on = command.act == "more" and command.sure < SURE_OF_MORE
    return command.act == "tell" or guessed or goes_on


def _bids_a_price(command: Command) -> bool:
    """ "Set its price to 1", "give me the first one free": no cart is changed by that."""
    names_price = "price" in words.fields_named(command.text) and not command.has("degree")
    return command.act in ("add", "set") and (names_price or words.says("for_free", command.text))


def _guessed(command: Command, *, after_an_order: bool) -> bool:
    """Unsure, and neither about an order, which nothing here changes, nor in the words of the shop's own buttons."""
    if command.sure >= CHANGES.get(command.act, 0) or order_question(command.text, spoken_of=after_an_order):
        return False
    if command.act == "handoff" and words.says("person", command.text):
        return False
    return not any(suggested(part.strip()) for part in _CLAUSES.split(command.text))


def careful(command: Command) -> Command:
    """The command, where it does not put into the cart what is only named: who says "the second one" or "and the
    third?" wants to see it, and so does who is read to take something by a mere guess."""
    if _bids_a_price(command):
        return replace(command, act="haggle")
    if command.act in BESIDE_SHOPPING and command.sure < SURE_OF_A_CHANGE and command.has("thing"):
        return replace(command, act="find")
    if command.act == "distress" and command.sure < SURE_OF_DISTRESS and command.has("use", "thing", "own", "fits"):
        return replace(command, act="find")  # "my plants all die"
    pointers = command.words("ref")
    only_points = bool(pointers) and not any(map(described, pointers))
    if only_points and command.act in ("why", "back", "similar", "advise") and command.sure < SURE_OF_A_CHANGE:
        return replace(command, act="ask")
    if command.act != "add":
        return command
    if command.has("thing") and command.sure < SURE_OF_A_CHANGE:
        return replace(command, act="find")
    named = [(span.start, span.end) for span in command.own_spans if span.label != "qty"]
    rest = cut_out(command.text.lower(), named)
    beside = cut_out(rest, [place for place, _ in words.found("naming", rest)])
    if _LETTERS.search(beside) and command.sure >= SURE_OF_A_CHANGE:
        return command
    if only_points and not words.says("taking", beside):
        return replace(command, act="ask")
    if only_points:
        return command
    spans = tuple(replace(s, label="thing") if _is_any(command, s) else s for s in command.spans)
    return replace(command, act="refine" if command.has("want", "degree") else "find", spans=spans)


def _is_any(command: Command, span: Span) -> bool:
    """Whether a pointer is none, but "a red hat"."""
    before = command.text[: span.start - command.start].split()[-1:] or command.text.split()[:1]
    return span.label == "ref" and words.says("indefinite", " ".join(before))
