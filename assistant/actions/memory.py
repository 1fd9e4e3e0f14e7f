"""`memory`: what the shopper told is kept, shown, and forgotten when they say so."""

from __future__ import annotations

from assistant.actions.request import Request
from assistant.memory import meant
from assistant.remembered import in_words
from assistant.turn import Evidence, Memory, MemoryWish, Note


def act(request: Request) -> Evidence:
    """What was told is kept by the dialogue itself, whatever the message is about; it says so, too."""
    wanted = request.understanding.memory or MemoryWish(operation="view")
    memories = request.shop.memories.of(request.session, request.user)
    match wanted.operation:
        case "told":
            known = _worded(request, [memory for memory in memories if _is_told(request, memory)])
            return Evidence(notes=[Note(key="memory_known", values={"what": known})] if known else [])
        case "view":
            return _view(request, memories)
        case "forget_all":
            request.shop.memories.forget_all(request.session, request.user)
            return Evidence(notes=[Note(key="memory_forgotten_all")])
        case "forget":
            return _forgotten(request, memories, wanted.which)


def _view(request: Request, memories: list[Memory]) -> Evidence:
    if not memories:
        return Evidence(notes=[Note(key="memory_none")])
    return Evidence(notes=[Note(key="memory_view", values={"what": _worded(request, memories)})])


def _forgotten(request: Request, memories: list[Memory], which: str) -> Evidence:
    gone = meant(which, memories)
    if not memories:
        return _view(request, memories)
    if not gone:
        return Evidence(notes=[Note(key="memory_unknown", values={"what": _worded(request, memories)})])
    request.shop.memories.forget([memory.id for memory in gone], request.session, request.user)
    return Evidence(notes=[Note(key="memory_forgotten", values={"what": _worded(request, gone)})])


def _worded(request: Request, memories: list[Memory]) -> str:
    return in_words(memories, request.understanding.language)


def _is_told(request: Request, memory: Memory) -> bool:
    return any((told.kind, told.value) == (memory.kind, memory.value) for told in request.understanding.told)
