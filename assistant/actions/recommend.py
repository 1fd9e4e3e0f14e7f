"""`recommend`: by history, session and words together; gifts, what goes with what, what is due again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import NamedTuple

from assistant.actions import search
from assistant.actions.refusing import refused
from assistant.actions.request import Request
from assistant.actions.why import explained
from assistant.feedback import live_events
from assistant.orders import likeness
from assistant.recommendations import Recommendations, Shopper, Wish, is_personal
from assistant.replies.reasons import short_name
from assistant.topic import FIRST_HITS, NEAR_THE_BEST, POOL, alternatives, wish_of
from assistant.turn import Evidence, Note, Recommendation, RecommendKind
from data.records import Product
from recommenders.live import LiveEvent
from retrieval.relevance import relevant

SEARCHED = 3  # first products of a list that was searched for, which say what the session is about


class Found(NamedTuple):
    """`kind` is what the list has become: without a pairing in the records it may be one of similar products."""

    items: list[Recommendation]
    notes: list[Note]
    kind: RecommendKind
    about: Sequence[Product] = ()


def act(request: Request) -> Evidence:
    wanted = request.understanding
    kind = wanted.kind or ("similar" if wanted.references else "for_you")
    if kind == "why":
        return explained(request)
    if wanted.problem:
        return Evidence(notes=[request.problem("which_one")])
    notes = refused(request)
    makers: dict[RecommendKind, Callable[[Request, Recommendations, Wish], Found]] = {
        "gift": _gift,
        "popular": _popular,
        "goes_with": _goes_with,
        "similar": _similar,
        "again": _again,
    }
    recommendations = Recommendations(request.shop, _shopper(request), wanted.language)
    found = makers.get(kind, _for_you)(request, recommendations, _wish(request))
    return _listed(request, found, notes or ([Note(key="more")] if wanted.more else []))


def _wish(request: Request) -> Wish:
    wanted, state = request.understanding, request.state
    offered = state.offered if wanted.more else []
    return Wish(wanted.query, wanted.filters, wanted.new_only, frozenset([*state.rejected, *offered]))


def _shopper(request: Request) -> Shopper:
    return Shopper.of(request.user, _session(request), request.context)


def _session(request: Request) -> list[LiveEvent]:
    """What was done, and as looked at what a search has just shown: it says what the session is about."""
    state, events = request.state, live_events(request.shop.database, request.session, request.user)
    searched = state.shown[:SEARCHED] if state.query and state.kind is None else []
    touched = {event.product_id for event in events}
    latest = events[-1].seconds if events else 0
    return [LiveEvent(product_id, "view", latest) for product_id in searched if product_id not in touched] + events


def _for_you(request: Request, recommendations: Recommendations, wish: Wish) -> Found:
    items = recommendations.for_you(wish, search.PAGE)
    mine = any(is_personal(item.why) for item in items)
    if wish.words:
        key = "for_words_and_you" if mine else "for_words" if _is_here(request, wish.words) else "near_words"
        notes = [Note(key=key, values={"query": request.understanding.words or wish_of(wish.words)})]
    else:
        notes = [Note(key="for_you" if mine else "for_conditions" if wish.filters else "popular")]
    if wish.new_only and request.shop.recommender.known(request.user):
        notes.append(Note(key="all_new"))
    return Found(items, notes, "for_you")


def _popular(request: Request, recommendations: Recommendations, wish: Wish) -> Found:
    return Found(recommendations.for_anyone(replace(wish, words=""), search.PAGE), [Note(key="popular")], "popular")


def _gift(request: Request, recommendations: Recommendations, wish: Wish) -> Found:
    """The giver's own taste says nothing about it. Of several interests each has its turn."""
    interests = [words for words in alternatives(wish.words) if _is_here(request, words)]
    if len(interests) > 1:
        lists = [recommendations.for_anyone(replace(wish, words=words), search.PAGE) for words in interests]
        turns = [item for each in zip_longest(*lists) for item in each if item is not None]
        items = list({item.product.product_id: item for item in turns}.values())[: search.PAGE]
        notes = [Note(key="gift_words", values={"query": ", ".join(interests)})]
    elif wish.words:
        items = recommendations.for_anyone(replace(wish, words="".join(interests) or wish.words), search.PAGE)
        key = "gift_words" if interests or wish.filters.category else "near_words"
        notes = [Note(key=key, values={"query": request.understanding.words or wish_of(wish.words)})]
    else:
        items, notes = recommendations.for_anyone(wish, search.PAGE), [Note(key="gift")]
    if request.shop.recommender.known(request.user) and not request.understanding.more:
        notes.append(Note(key="gift_not_yours"))
    return Found(items, notes, "gift")


def _goes_with(request: Request, recommendations: Recommendations, wish: Wish) -> Found:
    about = _spoken_of(request)
    if not about:
        return Found([], [request.problem("nothing_shown")], "goes_with")
    wish = replace(wish, words="")
    items = recommendations.goes_with(about, wish, search.PAGE)
    named = len(about) > 1 and not request.referenced()  # by words, which several products bear
    title = {"title": request.understanding.query if named else short_name(about[0].title)}
    if items:
        one = named or len(about) == 1
        return Found(
            items, [Note(key="goes_with", values=title) if one else Note(key="goes_with_these")], "goes_with", about
        )
    if items := recommendations.related(about[0], wish, search.PAGE):
        return Found(items, [Note(key="goes_with_unknown", values=title)], "goes_with", about)
    items = recommendations.similar(about[0], wish, search.PAGE)
    key = "goes_with_alike" if items else "goes_with_nothing"
    return Found(items, [Note(key=key, values=title)], "goes_with", about)


def _spoken_of(request: Request) -> list[Product]:
    """The products pointed at, of several those that the words name ("these boots"); else what the words name, the
    shopper's own before the shop's."""
    wanted, shop = request.understanding, request.shop
    pointed = request.referenced()
    hits = shop.search.search(wanted.query, POOL) if wanted.query else []
    if not any(relevant(hit) for hit in hits[:FIRST_HITS]):
        return pointed
    near = [hit.product_id for hit in hits if hit.score >= NEAR_THE_BEST * hits[0].score]
    if named := [product for product in pointed if product.product_id in near]:
        return named
    own = shop.recommender.bought(request.user) if request.user else frozenset()
    mine = [product_id for product_id in near if product_id in own]
    return shop.catalogue.known(mine[:1] or near[:FIRST_HITS])


def _similar(request: Request, recommendations: Recommendations, wish: Wish) -> Found:
    known = request.referenced() or request.shop.catalogue.known(request.state.focus or request.state.shown)
    if not known:
        return _for_you(request, recommendations, wish)
    note = Note(key="similar", values={"title": known[0].title})
    return Found(recommendations.similar(known[0], wish, search.PAGE), [note], "similar", known[:1])


def _again(request: Request, recommendations: Recommendations, wish: Wish) -> Found:
    if not request.shop.recommender.known(request.user):
        return Found([], [Note(key="again_guest")], "again")
    if named := _bought_as_named(recommendations, wish):
        request.state.focus = [item.product.product_id for item in named]
        return Found(named, [Note(key="again_named")], "again")
    items = recommendations.due_again(wish, search.PAGE)
    if due := [item for item in items if item.why and item.why.key == "due_again"]:
        return Found(due, [Note(key="again")], "again")
    items = recommendations.bought_lately(wish, search.PAGE)
    return Found(items, [Note(key="again_bought" if items else "again_guest")], "again")


def _bought_as_named(recommendations: Recommendations, wish: Wish) -> list[Recommendation]:
    """ "The black planner I had before": the purchases that the words name best."""
    bought = recommendations.bought_lately(wish, POOL) if wish.words else []
    liked = [(likeness(item.product, item.product.title, wish.words), item) for item in bought]
    best = max((score for score, _ in liked), default=0)
    return [item for score, item in liked if score == best > 0][: search.PAGE]


def _is_here(request: Request, words: str) -> bool:
    return any(relevant(hit) for hit in request.shop.search.search(words, FIRST_HITS))


def _listed(request: Request, found: Found, opening: list[Note]) -> Evidence:
    wanted, state = request.understanding, request.state
    if not found.items:
        return _nothing(request, found, opening)
    if state.kind is None:
        state.leave_topic()
    state.query, state.words, state.filters, state.offset, state.sort = (
        wanted.query, wanted.words, wanted.filters, 0, "relevance",
    )  # fmt: skip
    shown = [item.product.product_id for item in found.items]
    state.show(shown)
    state.kind, state.basis = found.kind, [product.product_id for product in found.about]
    state.new_only = wanted.new_only
    state.reasons = {item.product.product_id: item.why for item in found.items if item.why}
    state.offered = [*(state.offered if wanted.more or wanted.rejected else []), *shown]
    return Evidence(
        products=[item.product for item in found.items],
        notes=opening or found.notes,
        reasons={item.product.product_id: item.reason for item in found.items},
        personalised=any(is_personal(item.why) for item in found.items) and found.kind != "similar",
        suggestions=[request.say(key) for key in _next(request, found.kind)],
    )


def _next(request: Request, kind: RecommendKind) -> list[str]:
    known = request.shop.recommender.known(request.user)
    new = ["ask_new"] if known and kind == "for_you" and not request.understanding.new_only else []
    again = ["ask_again"] if known and kind == "popular" else []
    return ["ask_others", "ask_why", *new, *again, "ask_cheaper"]


def _nothing(request: Request, found: Found, opening: list[Note]) -> Evidence:
    """What the conditions leave nothing of is a matter for the search, which says what stands in the way."""
    wanted, state = request.understanding, request.state
    if wanted.more or wanted.rejected:
        said = [note for note in opening if note.key == "rejected"]
        state.shown = kept = [product_id for product_id in state.shown if product_id not in state.rejected]
        return Evidence(products=request.shop.catalogue.known(kept), notes=[*said, Note(key="nothing_else")][-1:])
    if found.kind in ("goes_with", "again") or not (wanted.query or wanted.filters):
        return Evidence(notes=found.notes, suggestions=[request.say("ask_popular")])
    return search.act(request)
