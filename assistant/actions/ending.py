"""What comes after the last page of a list: first that this is all; whoever asks again gets something else."""

from __future__ import annotations

from collections.abc import Callable

from assistant.actions.relaxing import loosened
from assistant.actions.request import Request
from assistant.turn import Evidence, Note
from retrieval.filters import Filters
from retrieval.hybrid import Hit

Find = Callable[[Filters], list[Hit]]
Show = Callable[[list[Hit], list[Note]], Evidence]


def at_the_end(request: Request, find: Find, show: Show) -> Evidence:
    """`find` are all hits under filters, in order; `show` puts a list on the table."""
    wanted, state = request.understanding, request.state
    hits = find(wanted.filters)
    count = {"count": request.pieces(len(hits))}
    more = loosened(request, find, frozenset(hit.row for hit in hits))
    if state.offset < len(hits):  # the end has not been told yet
        state.offset = len(hits)
        note = Note(key="no_more") if more else Note(key="no_more_at_all", values=count)
        return Evidence(products=request.shop.catalogue.known(state.shown), notes=[note])
    if more is None:
        return show(hits, [Note(key="from_the_start", values=count)])
    wanted.filters = more.filters
    return show(more.hits, more.notes)
