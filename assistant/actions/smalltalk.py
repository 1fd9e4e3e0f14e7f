"""`smalltalk` and `out_of_scope`: short, kind, and back to shopping."""

from __future__ import annotations

from assistant.actions.policy_quotes import quote
from assistant.actions.request import Request
from assistant.state import DialogueState
from assistant.turn import Evidence, Note


def act(request: Request) -> Evidence:
    wanted = request.understanding
    if wanted.reset:
        _forget(request.state)
    key = wanted.problem or "remark"
    if key == "remark" and not request.state.shown:
        key = "remark_first"
    popular = [request.say("ask_popular")] if key in ("greeting", "about_me", "reset", "not_understood") else []
    prompts = request.shop.store.settings.prompts[:3] if key in ("greeting", "about_me", "reset") else []
    return Evidence(notes=[Note(key=key)], suggestions=[*prompts, *popular])


def out_of_scope(request: Request) -> Evidence:
    key = request.understanding.problem or "out_of_scope"
    if key == "no_discount" and (passages := request.shop.policy_book.answer(request.message).passages):
        return quote(request, passages)  # "do you match prices?" has a rule of its own
    return Evidence(notes=[Note(key=key)])


def _forget(state: DialogueState) -> None:
    """Everything but the language and the number of the turn."""
    fresh = DialogueState(number=state.number, language=state.language)
    for name in DialogueState.model_fields:
        setattr(state, name, getattr(fresh, name))
