"""What the routes take and give. Where the Python API has a model for it, that model is what is given."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.turn import Cart, CheckoutSummary, Feedback, Language, Table, Turn, Understanding
from assistant.understanding.language import LONGEST_MESSAGE
from data.records import Product
from retrieval.filters import Filters

MOST = 100  # things in one answer
LONGEST = 4 * LONGEST_MESSAGE  # characters; what lies between is answered in the chat, as too long
ProductId = Annotated[str, Field(min_length=1, max_length=200)]


class Problem(BaseModel):
    """`type` tells one kind from another, `title` names it, `detail` says what happened here."""

    type: str = Field(examples=["urn:aisle:not-found"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(default="", examples=["There is no product 'x1'."])
    instance: str = Field(default="", examples=["/v1/products/x1"])
    errors: list[dict[str, Any]] = Field(default_factory=list, description="What is wrong with which field.")


class Given(BaseModel):
    """What callers send: nothing that is not known is let through."""

    model_config = ConfigDict(extra="forbid")


class Context(Given):
    """What is known of the situation, for recommendations."""

    device: Literal["mobile", "tablet", "desktop"] | None = Field(default=None, examples=["mobile"])
    region: str | None = Field(default=None, max_length=80, examples=["GB"])
    channel: str | None = Field(default=None, max_length=80, examples=["web"])
    at: datetime | None = Field(default=None, examples=["2026-12-01T18:30:00Z"])

    def known(self) -> dict[str, Any]:
        return self.model_dump(exclude_none=True)


class ChatRequest(Given):
    message: str = Field(max_length=LONGEST, examples=["a warm hat under $30"])
    context: Context = Field(default_factory=Context)
    stream: bool = Field(default=False, description="As Server-Sent Events; `Accept: text/event-stream` says the same.")


class Confirmable(BaseModel):
    """A summary with its token, which orders it: `POST /v1/orders`."""

    token: str = Field(examples=["hK3v0c5uM2m8bWc1xJq7kA"])
    expires: datetime = Field(examples=["2026-12-01T18:45:00Z"])
    total: float = Field(examples=[59.8])
    currency: str = Field(examples=["USD"])

    @classmethod
    def of(cls, summary: CheckoutSummary) -> Confirmable:
        return cls(token=summary.token, expires=summary.expires, total=summary.total, currency=summary.currency)


class ChatResponse(BaseModel):
    """A turn. `session` is the conversation's token: send it as `Aisle-Session` with the next message."""

    session: str
    number: int
    text: str
    products: list[Product]
    reasons: dict[str, str] = Field(description="Product id → why it is recommended.")
    table: Table | None = Field(description="A comparison.")
    question: str | None = Field(description="The field that the reply asks about.")
    suggestions: list[str] = Field(description="What the shopper might say next.")
    understanding: Understanding
    cart: Cart
    checkout: Confirmable | None
    order: str | None = Field(description="The number of the order that this turn placed.")
    language: Language
    degraded: str
    seconds: dict[str, float]

    @classmethod
    def of(cls, turn: Turn, token: str) -> ChatResponse:
        evidence = turn.evidence
        return cls(
            session=token,
            number=turn.number,
            text=turn.text,
            products=turn.products,
            reasons=evidence.reasons,
            table=evidence.table,
            question=evidence.question.field if evidence.question else None,
            suggestions=evidence.suggestions,
            understanding=turn.understanding,
            cart=turn.cart,
            checkout=Confirmable.of(evidence.checkout) if evidence.checkout and evidence.checkout.token else None,
            order=evidence.order.order_id if evidence.order else None,
            language=turn.understanding.language,
            degraded=turn.degraded,
            seconds=turn.seconds,
        )


class SearchRequest(Given):
    query: str = Field(default="", max_length=LONGEST_MESSAGE, examples=["insulated travel mug"])
    filters: Filters = Field(default_factory=Filters, examples=[{"price_max": 30, "colour": ["red"]}])
    limit: int = Field(default=10, ge=1, le=MOST, examples=[10])
    cursor: str = Field(default="", max_length=200, description="`next` of the page before.", examples=[""])


class Scored(BaseModel):
    product: Product
    score: float


class SearchResponse(BaseModel):
    hits: list[Scored]
    next: str | None = Field(description="The cursor of the next page; null at the end.")


class Recommended(BaseModel):
    product: Product
    score: float
    reason: str
    probability: float | None


class RecommendationsResponse(BaseModel):
    items: list[Recommended]


class CartChange(Given):
    """`add` so many pieces to what is there, or `set` exactly so many; 0 takes the product out."""

    product_id: ProductId = Field(examples=["mug-042"])
    quantity: int = Field(default=1, ge=0, le=1_000_000, examples=[2])
    operation: Literal["add", "set"] = Field(default="add", examples=["add"])


class CartResponse(BaseModel):
    """`obstacle` says why fewer pieces are in the cart than were asked for."""

    cart: Cart
    obstacle: Literal["", "out_of_stock", "only_so_many", "too_many"] = ""


class OrderRequest(Given):
    token: str = Field(
        min_length=1,
        max_length=200,
        description="Of the summary that the shopper has confirmed.",
        examples=["hK3v0c5uM2m8bWc1xJq7kA"],
    )


class SessionRequest(Given):
    user: ProductId | None = Field(
        default=None, description="The shopper's id; takes a key of scope `agent`.", examples=[None]
    )


class SessionResponse(BaseModel):
    session: str = Field(description="The conversation's token.")
    user: str | None
    expires_in: int = Field(description="Seconds that the token is good.")


class SessionListed(BaseModel):
    id: str
    user: str | None
    title: str
    created: datetime
    updated: datetime


class SessionsResponse(BaseModel):
    sessions: list[SessionListed]
    next: str | None


class Export(BaseModel):
    """All that is kept of a conversation."""

    turns: list[Turn]
    cart: Cart
    memories: list[dict[str, Any]]
    orders: list[dict[str, Any]]


class Ga4Item(BaseModel):
    """As Google Analytics 4 names it; what else it says of the item is not kept."""

    item_id: ProductId = Field(examples=["mug-042"])
    quantity: float = Field(default=1, examples=[1])


class EventRequest(BaseModel):
    """`view`, `cart`, `purchase`, `like` or `dislike` of a product; or an event of Google Analytics 4: `view_item`,
    `add_to_cart` or `purchase`, with its `items`."""

    event: Feedback | Literal["view_item", "add_to_cart"] = Field(examples=["view"])
    product_id: ProductId | None = Field(default=None, examples=["mug-042"])
    items: list[Ga4Item] = Field(default_factory=list, max_length=MOST, examples=[[]])


class EventResponse(BaseModel):
    kept: int


class PolicyRequest(Given):
    question: str = Field(min_length=1, max_length=LONGEST_MESSAGE, examples=["how long do I have to return it?"])
