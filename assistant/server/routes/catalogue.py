"""`/v1/search`, `/v1/products`, `/v1/recommendations`, `/v1/policies/ask`: the shop's goods and terms, without talk."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from assistant.server import cursors
from assistant.server.problems import Refusal
from assistant.server.schemas import (
    MOST,
    PolicyRequest,
    ProductId,
    RecommendationsResponse,
    Recommended,
    Scored,
    SearchRequest,
    SearchResponse,
)
from assistant.server.service import TheCaller, TheService, VisitOrNew
from assistant.turn import Fact, Language
from data.records import Product

router = APIRouter(tags=["catalogue"])
DEEPEST = 1000  # hits that can be paged through


@router.post("/search", summary="Search the catalogue")
def search(asked: SearchRequest, served: TheService, asking: TheCaller) -> SearchResponse:
    """Words and meaning, under exact conditions; the best first. Pages go on where the one before ended."""
    start = cursors.decode(asked.cursor, start=int)["start"] if asked.cursor else 0
    end = min(start + asked.limit, DEEPEST)
    if not 0 <= start < DEEPEST:
        raise Refusal(422, "invalid-cursor", f"Only the first {DEEPEST:,} hits can be paged through.")
    found = served.shop.search(asked.query, end + 1, asked.filters)
    hits = [Scored(product=product, score=score) for product, score in found[start:end]]
    more = len(found) > end and end < DEEPEST
    return SearchResponse(hits=hits, next=cursors.encode(start=end) if more else None)


@router.get("/products/{product_id:path}", summary="One product")
def product(product_id: ProductId, served: TheService, asking: TheCaller) -> Product:
    return known(served.shop, product_id)


@router.get("/recommendations", summary="What suits this shopper, or what is like a product")
def recommendations(
    served: TheService,
    asking: TheCaller,
    visit: VisitOrNew,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 10,
    like: Annotated[str | None, Query(min_length=1, max_length=200, description="A product's id.")] = None,
    query: Annotated[str, Query(max_length=400, description="What it must be.")] = "",
    new_only: Annotated[bool, Query(description="Nothing that the shopper has bought before.")] = False,
    language: Language = "en",
) -> RecommendationsResponse:
    if like is not None:
        known(served.shop, like)
    found = served.shop.recommend(
        visit.user, limit, like=like, query=query, new_only=new_only, language=language, session=visit.session
    )
    items = [
        Recommended(product=item.product, score=item.score, reason=item.reason, probability=item.probability)
        for item in found
    ]
    return RecommendationsResponse(items=items)


@router.post("/policies/ask", summary="What the shop's policies say")
def ask_policy(asked: PolicyRequest, served: TheService, asking: TheCaller) -> list[Fact]:
    """The passages that answer, word for word; none where the policies do not say."""
    return served.shop.policy(asked.question)


def known(shop, product_id: str) -> Product:  # type: ignore[no-untyped-def]
    try:
        found: Product = shop.product(product_id)
    except KeyError:
        raise Refusal(404, "not-found", f"There is no product '{product_id}'.") from None
    return found
