"""`search` and `refine`: a list of products, and the truth about it: how many there are, what stood in the way."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from assistant.actions import remarks, several
from assistant.actions.degrees import by_degree
from assistant.actions.ending import at_the_end
from assistant.actions.refusing import refused
from assistant.actions.relaxing import relaxed
from assistant.actions.request import Request
from assistant.actions.values import values_there
from assistant.clarifying import clarify
from assistant.personal_order import in_personal_order
from assistant.recommendations import Shopper
from assistant.replies.conditions import chips, value_name
from assistant.topic import belonging, wish_of
from assistant.turn import Evidence, Note, Question
from data.catalogue import Catalogue
from data.records import CATEGORY_SEPARATOR, shelf_name
from retrieval.filters import CATEGORY, COLOUR, TITLE, Filters
from retrieval.hybrid import Hit
from retrieval.popularity import shrunken_rating
from retrieval.titles import share_said

PAGE = 6  # products in one list
AKIN = 0.42  # cosine from which a product is worth showing beside "we don't have that"


def act(request: Request) -> Evidence:
    wanted = request.understanding
    if wanted.problem:
        return Evidence(notes=[request.problem("which_one")])
    if wanted.several:
        return several.act(request)
    if wanted.more:
        return _next_page(request)
    if wanted.returns and (place := _page_left(request)) and (page := _page(request, place, "back_at_page")):
        return page
    refusal = refused(request)
    hits = _hits(request, wanted.filters)
    if hits and wanted.asks_values:
        listed = _listed(request, hits, [], elaborate=False)
        return listed.model_copy(update=values_there(request, hits))
    if hits and wanted.degree:
        return _by_degree(request, hits, refusal)
    if hits and wanted.unknown and not wanted.filters.kinds:
        return _instead_of(request)
    if hits:
        notes = refusal or [
            *remarks.unknown(request),
            *_opening(request, hits),
            *remarks.preferred(request, hits),
            *remarks.wishes(request, hits[:PAGE]),
        ]
        ordered = _personal(request, hits)
        listed = _listed(request, ordered.hits, [*notes, *_told(request, ordered)], personalised=ordered.moved)
        return _with_question(listed, clarify(request, hits))
    return _relaxed(request) or _near(request) or _not_carried(request)


def _hits(request: Request, filters: Filters) -> list[Hit]:
    """All hits that belong, in the order asked for: a superlative and a count are read off all of them."""
    wanted = request.understanding
    everything = len(request.shop.catalogue)
    if filters.kinds:  # the shelf itself was named: all that stands on it belongs
        hits = request.shop.search.search(wanted.query, everything, filters)
        if len(hits) < filters.mask(request.shop.catalogue).sum():
            found = {hit.row for hit in hits}
            hits += [hit for hit in request.shop.search.search("", everything, filters) if hit.row not in found]
    elif wanted.query:
        hits = belonging(request.shop.search, wanted.query, filters)
    else:
        hits = request.shop.search.search("", everything, filters)
    if not wanted.counting:
        hits = [hit for hit in hits if hit.product_id not in request.state.rejected]
    catalogue = request.shop.catalogue
    preferred = wanted.preferred.mask(catalogue)
    saying = np.zeros(everything)
    for wish in wanted.wishes:
        saying += np.round(share_said(catalogue, wish), 1)
    return sorted(hits, key=lambda hit: (not preferred[hit.row], -saying[hit.row], _order(request, hit)))


def _by_degree(request: Request, hits: list[Hit], refusal: list[Note]) -> Evidence:
    degree, state = request.understanding.degree, request.state
    assert degree is not None
    ordered = by_degree(request, degree, hits)
    if not ordered.hits:
        return Evidence(products=request.shop.catalogue.known(state.focus or state.shown), notes=ordered.notes)
    if not ordered.figure and degree.of == "size" and (sizes := _sizes(request, hits)):
        return sizes
    notes = [*refusal, *ordered.notes, *remarks.unknown(request), *remarks.wishes(request, ordered.hits[:PAGE])]
    listed = _listed(request, ordered.hits, notes, elaborate=False)
    goes_on = ordered.figure and not ordered.beyond
    state.degree = degree.model_copy(update={"compared": False}) if goes_on else None
    return listed


def _sizes(request: Request, hits: list[Hit]) -> Evidence | None:
    """Which sizes there are, where a size is no figure: of clothes and shoes one is chosen."""
    request.understanding.asks_values, request.understanding.degree = "size", None
    there = values_there(request, hits)
    if any(note.key == "values_unstated" for note in there["notes"]):
        return None
    return _listed(request, hits, [], elaborate=False).model_copy(update=there)


class _Ordered(NamedTuple):
    hits: list[Hit]
    moved: bool  # whether the shopper's past has changed what the page shows


def _personal(request: Request, hits: list[Hit], offset: int = 0) -> _Ordered:
    """An order that was asked for is kept as it is."""
    wanted = request.understanding
    if wanted.sort != "relevance" or wanted.counting or wanted.degree or wanted.preferred:
        return _Ordered(hits, moved=False)
    shopper = Shopper.of(request.user, (), request.context)
    ordered = in_personal_order(request.shop, hits, wanted.query, shopper)
    page = slice(offset, offset + PAGE)
    return _Ordered(ordered, moved=[hit.row for hit in ordered[page]] != [hit.row for hit in hits[page]])


def _order(request: Request, hit: Hit) -> float:
    catalogue = request.shop.catalogue
    if request.understanding.sort == "rating":
        return -float(shrunken_rating(catalogue)[hit.row])
    if request.understanding.sort == "relevance":
        return float(not catalogue.in_stock[hit.row])  # as found, but what is sold out comes last
    price = float(catalogue.price[hit.row])
    return price if request.understanding.sort == "price_low" else -price


def _next_page(request: Request) -> Evidence:
    state = request.state
    if not (state.query or state.filters or state.shown):
        return Evidence(notes=[Note(key="no_list_yet")])
    if page := _page(request, state.offset + PAGE, "more"):
        return page
    return at_the_end(request, partial(_hits, request), partial(_listed, request, elaborate=False))


def _page_left(request: Request) -> int:
    """At which place of the list the shopper was when it was left, where its conditions are the same as then."""
    wanted = request.understanding
    same = (
        topic.offset
        for topic in request.state.past
        if (topic.query, topic.filters, topic.sort) == (wanted.query, wanted.filters, wanted.sort)
    )
    return next(same, 0)


def _page(request: Request, offset: int, note: str) -> Evidence | None:
    """The list from a place on; None where it is not that long."""
    hits = _hits(request, request.understanding.filters)
    if len(hits) <= offset:
        return None
    if request.understanding.degree is not None:
        hits = by_degree(request, request.understanding.degree, hits).hits
    ordered = _personal(request, hits, offset)
    notes = [Note(key=note, values={"count": request.pieces(len(hits))})]
    listed = _listed(request, ordered.hits[offset:], notes, elaborate=False, personalised=ordered.moved)
    request.state.offset = offset
    return listed.model_copy(update={"total": len(hits)})


def _told(request: Request, ordered: _Ordered) -> list[Note]:
    """Once in a conversation is enough."""
    if not ordered.moved or request.state.told_of_order:
        return []
    request.state.told_of_order = True
    return [Note(key="in_your_order")]


def _listed(
    request: Request,
    hits: list[Hit],
    notes: list[Note],
    *,
    elaborate: bool = True,
    personalised: bool = False,
) -> Evidence:
    state, wanted = request.state, request.understanding
    new_words = wanted.query != state.query  # a changed price or colour needs no more words than the list itself
    ids = [hit.product_id for hit in hits[:PAGE]]
    another = wanted.intent == "search" or wanted.returns
    if another and (wanted.query, wanted.filters.kinds) != (state.query, state.filters.kinds):
        state.leave_topic()
    state.query, state.words, state.filters, state.sort = wanted.query, wanted.words, wanted.filters, wanted.sort
    state.offset = 0
    state.show(ids)
    if wanted.sort != "relevance" or wanted.degree:
        state.focus = ids[:1]  # what is named is what "it" means
    state.degree, state.preferred = wanted.degree, wanted.preferred
    return Evidence(
        products=request.shop.catalogue.known(ids),
        total=len(hits),
        notes=notes,
        suggestions=_suggestions(request),
        personalised=personalised,
        elaborate=elaborate and new_words and wanted.sort == "relevance" and not wanted.counting,
    )


def _with_question(listed: Evidence, question: Question | None) -> Evidence:
    """A question's choices stand beside the suggestions, which need not say the same."""
    if question is None:
        return listed
    kept = listed.suggestions if question.field != COLOUR else [s for s in listed.suggestions if not _ends(s, question)]
    return listed.model_copy(update={"question": question, "suggestions": kept})


def _ends(suggestion: str, question: Question) -> bool:
    return any(choice in suggestion for choice in question.choices)


def _opening(request: Request, hits: list[Hit]) -> list[Note]:
    wanted, catalogue = request.understanding, request.shop.catalogue
    first, count = catalogue.product(hits[0].row), request.pieces(len(hits))
    if wanted.counting:
        prices = [float(catalogue.price[hit.row]) for hit in hits]
        spread = {"low": request.money(min(prices)), "high": request.money(max(prices))}
        return [Note(key="counted", values={"count": count, **spread})]
    if wanted.returns:
        return [Note(key="back_again", values={"count": count})]
    if wanted.sort in ("price_low", "price_high"):
        key = "cheapest" if wanted.sort == "price_low" else "dearest"
        return [Note(key=key, values={"count": count, "title": first.title, "price": request.money(first.price)})]
    if wanted.sort == "rating" and first.rating is not None:
        values = {"title": first.title, "rating": f"{first.rating:g}", "ratings": f"{first.rating_count:,}"}
        return [Note(key="best_rated", values={"count": count, **values})]
    if wanted.unknown:
        return [*remarks.unknown(request), Note(key="nearest_instead")]
    if not (wanted.filters or wanted.query):
        return [Note(key="browse")]
    if wanted.nearest:
        return [Note(key="nearest", values={"query": wanted.words})]
    if len(hits) == 1:
        return [Note(key="found_one")]
    if wanted.query and not wanted.filters.kinds:
        return [Note(key="found_topic", values={"count": count, "query": wanted.words or wish_of(wanted.query)})]
    return [Note(key="found", values={"count": count})]


def _instead_of(request: Request) -> Evidence:
    """Only a brand was named, and it is not here: the shelves to which its name leads, so far as any do."""
    wanted, search = request.understanding, request.shop.search
    near = [hit for hit in search.search(" ".join([*wanted.unknown, wanted.query]), PAGE) if hit.cosine >= AKIN]
    shelves = dict.fromkeys(request.shop.catalogue.categories[hit.row] for hit in near)
    wanted.filters.category = [shelf for shelf in shelves if shelf]
    if not wanted.filters.category:
        return Evidence(notes=remarks.unknown(request), suggestions=[request.say("ask_popular")])
    hits = _hits(request, wanted.filters)
    return _listed(request, hits, [*remarks.unknown(request), Note(key="nearest_instead")], elaborate=False)


def _relaxed(request: Request) -> Evidence | None:
    """Nothing met all conditions: name what stands in the way, and offer what there is without it."""
    wanted = request.understanding
    found = relaxed(request, partial(_hits, request))
    if found is None:
        conditions = len(wanted.filters.chips()) - len(wanted.filters.kinds)
        shelf = Filters(category=wanted.filters.category, title=wanted.filters.title)
        if not (conditions and _hits(request, shelf)):
            return None
        given = chips(wanted.filters, request.shop.currency, wanted.language)
        labels = ("、" if wanted.language == "zh" else ", ").join(
            c.label for c in given if c.field not in (CATEGORY, TITLE)
        )
        return Evidence(notes=[Note(key="nothing_at_all", values={"conditions": labels})])
    budget = {"price_min": wanted.filters.price_min, "price_max": wanted.filters.price_max}
    wanted.filters = found.filters
    listed = _listed(request, found.hits, [*found.notes, *remarks.wishes(request, found.hits[:PAGE])], elaborate=False)
    # What is shown beyond a budget is only shown: the budget holds for what is asked next.
    request.state.filters = found.filters.model_copy(update=budget)
    return listed


def _near(request: Request) -> Evidence | None:
    """Not what was asked for, but akin to it, and said to be so."""
    wanted = request.understanding
    hits = [hit for hit in request.shop.search.search(wanted.query, PAGE, wanted.filters) if hit.cosine >= AKIN]
    if not hits or wanted.counting:
        return None
    notes = [*remarks.unknown(request), Note(key="nearest", values={"query": wanted.words or wish_of(wanted.query)})]
    return _listed(request, hits, notes, elaborate=False)


def _not_carried(request: Request) -> Evidence:
    """The search found nothing that is what was asked for."""
    wanted = request.understanding
    if wanted.counting and not wanted.query:
        return Evidence(notes=[Note(key="counted_none")])
    counts = {path: len(rows) for path, rows in request.shop.catalogue.rows_by_category.items()}
    shelves = sorted(counts, key=lambda path: (-counts[path], path))
    top = [shelf_name(path) for path in shelves if path.count(CATEGORY_SEPARATOR) <= 1]
    names = ", ".join(dict.fromkeys(top[:6])) or request.pieces(len(request.shop.catalogue))
    query = wanted.words or wanted.query or request.message
    # What was read as a search was one; what was only searched because nobody could read it may have been a remark.
    key = "found_nothing" if wanted.source == "fallback" else "not_carried"
    return Evidence(notes=[Note(key=key, values={"query": wish_of(query)[:80], "shelves": names})])


def _suggestions(request: Request) -> list[str]:
    """What a shopper might say next: only what would lead somewhere."""
    wanted, catalogue = request.understanding, request.shop.catalogue
    mask = wanted.filters.mask(catalogue)
    suggestions = [request.say("ask_cheaper")]
    if wanted.filters.category and not wanted.filters.colour:
        names = [value_name(COLOUR, colour, wanted.language) for colour in _colours(catalogue, mask)[:2]]
        suggestions += [request.say("ask_colour", value=name) for name in names]
    if len(request.state.shown) > 1:
        suggestions.append(request.say("ask_compare"))
    if mask.sum() > PAGE:
        suggestions.append(request.say("ask_more"))
    return suggestions


def _colours(catalogue: Catalogue, mask: np.ndarray) -> list[str]:
    """The commonest first."""
    counts = {colour: int(mask[rows].sum()) for colour, rows in catalogue.rows_by_attribute.get(COLOUR, {}).items()}
    return sorted((colour for colour in counts if counts[colour]), key=lambda colour: (-counts[colour], colour))
