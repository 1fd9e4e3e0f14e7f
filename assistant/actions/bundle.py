"""`bundle`: a product for each thing that an occasion needs, within one budget, and changes to that set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from assistant.actions.request import Request
from assistant.bundles import Candidate, choose
from assistant.replies.reasons import short_name
from assistant.state import Bundle, BundlePart
from assistant.topic import belonging
from assistant.turn import BundleWish, Evidence, Note
from assistant.understanding.vocabulary import stem, words_of
from data.records import Product, shelf_name
from retrieval.filters import Filters
from retrieval.hybrid import Hit
from retrieval.popularity import shrunken_rating

CANDIDATES = 24  # of one part
FIRST = 5  # hits that say on which shelves a part stands
RELEVANCE = 0.7  # of a candidate's quality; the rest is its rating


class Part(NamedTuple):
    role: str
    candidates: list[Candidate]


def act(request: Request) -> Evidence:
    wanted = request.understanding.bundle or BundleWish()
    bundle = request.state.bundle
    if bundle is None or wanted.change is None:
        return _planned(request, wanted.occasion, wanted.roles, wanted.budget, wanted.each)
    match wanted.change:
        case "budget":
            return _planned(request, bundle.occasion, [part.role for part in bundle.parts], wanted.budget, bundle.each)
        case "add":
            return _added(request, bundle, wanted)
        case "drop":
            return _dropped(request, bundle, wanted)
        case "swap":
            return _swapped(request, bundle, wanted)


def _planned(request: Request, occasion: str, roles: list[str], budget: float | None, each: float | None) -> Evidence:
    parts, missing = _candidates(request, roles, each)
    if not parts:
        return Evidence(notes=[Note(key="bundle_nothing", values={"occasion": occasion})])
    chosen = choose([part.candidates for part in parts], budget)
    if not any(chosen):
        cheapest = min(candidate.price for part in parts for candidate in part.candidates)
        values = {"occasion": occasion, "budget": request.money(budget or 0), "price": request.money(cheapest)}
        return Evidence(notes=[Note(key="bundle_too_dear", values=values)])
    filled = [
        BundlePart(role=part.role, product_id=candidate.product_id)
        for part, candidate in zip(parts, chosen, strict=True)
        if candidate
    ]
    bundle = Bundle(occasion=occasion, parts=filled, budget=budget, each=each)
    total = _total(request, bundle)
    opening = Note(
        key="bundle" if budget is None else "bundle_within",
        values={"occasion": occasion, "count": request.pieces(len(filled)), "total": request.money(total)}
        | ({} if budget is None else {"budget": request.money(budget)}),
    )
    notes = [opening]
    if left := [part for part, candidate in zip(parts, chosen, strict=True) if candidate is None]:
        cheapest = min(candidate.price for part in left for candidate in part.candidates)
        values = {"roles": _listed(request, [part.role for part in left]), "total": request.money(total + cheapest)}
        notes.append(Note(key="bundle_left_out", values=values))
    if missing:
        notes.append(Note(key="bundle_not_carried", values={"roles": _listed(request, missing)}))
    return _shown(request, bundle, notes)


def _candidates(request: Request, roles: list[str], each: float | None) -> tuple[list[Part], list[str]]:
    """What the shop has for each role, and the roles for which it has nothing. No product stands for two."""
    parts, missing, taken = [], [], set[str]()
    for role in roles:
        found = [candidate for candidate in _for_role(request, role, each) if candidate.product_id not in taken]
        if found:
            parts.append(Part(role, found))
            taken |= {candidate.product_id for candidate in found}
        else:
            missing.append(role)
    return parts, missing


def _for_role(request: Request, role: str, each: float | None = None) -> list[Candidate]:
    """The nearest products in stock, and the cheapest of those that belong, so that a small budget finds something."""
    catalogue = request.shop.catalogue
    hits = belonging(
        request.shop.search, role, Filters(price_max=each, in_stock=True, exclude=request.understanding.filters.exclude)
    )
    shelves = _shelves(request, role, hits)
    hits = [
        hit for hit in hits if catalogue.categories[hit.row] in shelves and hit.product_id not in request.state.rejected
    ]
    by_price = sorted(hits, key=lambda hit: float(catalogue.price[hit.row]))
    kept = {hit.product_id: hit for hit in [*hits[:CANDIDATES], *by_price[: CANDIDATES // 2]]}
    best = max((hit.score for hit in kept.values()), default=1.0)
    stars = shrunken_rating(catalogue) / 5
    return [
        Candidate(
            product_id,
            float(catalogue.price[hit.row]),
            RELEVANCE * hit.score / best + (1 - RELEVANCE) * float(stars[hit.row]),
        )
        for product_id, hit in kept.items()
    ]


def _shelves(request: Request, role: str, hits: list[Hit]) -> set[str]:
    """Those on which the first hits stand, of these the one that bears the role's name: a lantern for camping belongs
    to the topic of tents and is none, and a baby's sleeping bag is none for a tent."""
    counts = Counter(request.shop.catalogue.categories[hit.row] for hit in hits[:FIRST])
    named = {shelf for shelf in counts if _stems(shelf_name(shelf)) == _stems(role)}
    return named or {shelf for shelf, count in counts.items() if count > 1} or set(counts)


def _added(request: Request, bundle: Bundle, wanted: BundleWish) -> Evidence:
    role = next(iter(wanted.roles), "")
    in_it = {part.product_id for part in bundle.parts}
    found = [candidate for candidate in _for_role(request, role, bundle.each) if candidate.product_id not in in_it]
    if not role or not found:
        return _shown(request, bundle, [Note(key="bundle_not_carried", values={"roles": role or request.message})])
    room = None if bundle.budget is None else max(0.0, bundle.budget - _total(request, bundle))
    (choice,) = choose([found], room)
    if choice is None:
        cheapest = min(found, key=lambda candidate: candidate.price)
        values = {
            "title": _name(request, cheapest.product_id),
            "total": request.money(_total(request, bundle) + cheapest.price),
            "budget": request.money(bundle.budget or 0),
        }
        return _shown(request, bundle, [Note(key="bundle_no_room", values=values)])
    parts = [*bundle.parts, BundlePart(role=role, product_id=choice.product_id)]
    changed = bundle.model_copy(update={"parts": parts})
    return _shown(request, changed, [_said(request, "bundle_added", changed, choice.product_id)], [choice.product_id])


def _dropped(request: Request, bundle: Bundle, wanted: BundleWish) -> Evidence:
    meant = _meant(request, bundle, wanted)
    if not meant:
        return _unclear(request, bundle)
    changed = bundle.model_copy(update={"parts": [part for part in bundle.parts if part not in meant]})
    if not changed.parts:
        request.state.bundle = None
        return Evidence(notes=[Note(key="bundle_empty")])
    title = ", ".join(_name(request, part.product_id) for part in meant)
    values = {"title": title, "total": request.money(_total(request, changed))}
    return _shown(request, changed, [Note(key="bundle_dropped", values=values)])


def _swapped(request: Request, bundle: Bundle, wanted: BundleWish) -> Evidence:
    meant = _meant(request, bundle, wanted)
    if not meant:
        return _unclear(request, bundle)
    part = meant[0]
    other = _other(request, bundle, part, wanted)
    if other is None:
        return _shown(request, bundle, [Note(key="bundle_no_other", values={"role": part.role})])
    new = BundlePart(role=part.role, product_id=other.product_id, passed=[*part.passed, part.product_id])
    changed = bundle.model_copy(update={"parts": [new if each is part else each for each in bundle.parts]})
    notes = [_said(request, "bundle_swapped", changed, other.product_id)]
    if changed.budget is not None and _total(request, changed) > changed.budget:
        notes.append(Note(key="bundle_over", values={"budget": request.money(changed.budget)}))
    return _shown(request, changed, notes, [other.product_id])


def _other(request: Request, bundle: Bundle, part: BundlePart, wanted: BundleWish) -> Candidate | None:
    """The best that the part has not had yet; a dearer one only where the budget allows or "better" asks for it."""
    now = request.shop.catalogue.get(part.product_id)
    found = [
        candidate
        for candidate in _for_role(request, part.role, bundle.each)
        if candidate.product_id not in (part.product_id, *part.passed)
    ]
    if wanted.prefer == "cheaper":
        found = [candidate for candidate in found if candidate.price < now.price]
    elif wanted.prefer == "better":
        found = [candidate for candidate in found if candidate.price > now.price]
    elif bundle.budget is not None:
        room = bundle.budget - _total(request, bundle) + now.price
        found = [candidate for candidate in found if candidate.price <= room]
    return max(found, key=lambda candidate: candidate.quality, default=None)


def _meant(request: Request, bundle: Bundle, wanted: BundleWish) -> list[BundlePart]:
    """The parts that the message points at or names by a word of their role or title."""
    pointed = [part for part in bundle.parts if part.product_id in request.understanding.references]
    if pointed:
        return pointed
    named = " ".join(wanted.roles) or request.message  # "a better easel", unmarked
    by_role = [part for part in bundle.parts if names_role(named, part.role)]
    titles = {part.product_id: _stems(request.shop.catalogue.get(part.product_id).title) for part in bundle.parts}
    return by_role[:1] or [part for part in bundle.parts if named and _stems(named) <= titles[part.product_id]][:1]


def names_role(text: str, role: str) -> bool:
    """Whether the text has the role's head, its last word: "the bag" is a sleeping bag, "sleeping" alone no mat."""
    head = [stem(word[0]) for word in words_of(role)][-1:]
    return bool(head) and head[0] in _stems(text)


def _stems(text: str) -> set[str]:
    return {stem(word[0]) for word in words_of(text)}


def _unclear(request: Request, bundle: Bundle) -> Evidence:
    roles = _listed(request, [part.role for part in bundle.parts])
    return _shown(request, bundle, [Note(key="bundle_not_in", values={"roles": roles})])


def _shown(request: Request, bundle: Bundle, notes: list[Note], focus: Sequence[str] = ()) -> Evidence:
    state = request.state
    products = _products(request, bundle)
    state.query, state.filters, state.sort, state.offset = "", Filters(), "relevance", 0
    state.show([product.product_id for product in products])
    state.focus = list(focus)
    state.bundle = bundle
    parts = {part.product_id: part.role for part in bundle.parts}
    dearest = sorted(bundle.parts, key=lambda part: -request.shop.catalogue.get(part.product_id).price)
    return Evidence(
        products=products,
        notes=notes,
        reasons={product_id: request.say("bundle_part", role=role) for product_id, role in parts.items()},
        suggestions=[
            request.say("ask_add_all"),
            *(request.say("ask_cheaper_part", role=part.role) for part in dearest[:1]),
            *(request.say("ask_without", role=part.role) for part in bundle.parts[-1:] if len(parts) > 1),
        ],
    )


def _said(request: Request, key: str, bundle: Bundle, product_id: str) -> Note:
    product = request.shop.catalogue.get(product_id)
    values = {"title": short_name(product.title), "price": request.money(product.price)}
    return Note(key=key, values=values | {"total": request.money(_total(request, bundle))})


def _products(request: Request, bundle: Bundle) -> list[Product]:
    return request.shop.catalogue.known([part.product_id for part in bundle.parts])


def _total(request: Request, bundle: Bundle) -> float:
    return round(sum(product.price for product in _products(request, bundle)), 2)


def _name(request: Request, product_id: str) -> str:
    return short_name(request.shop.catalogue.get(product_id).title)


def _listed(request: Request, names: list[str]) -> str:
    return ("、" if request.understanding.language == "zh" else ", ").join(names)
