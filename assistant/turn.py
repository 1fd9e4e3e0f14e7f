"""One turn of a conversation: what was understood, what was found, what was said. Turns are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

from data.records import OrderLine, Product
from retrieval.filters import Filters

Intent = Literal[
    "search",
    "refine",
    "recommend",
    "compare",
    "ask_product",
    "ask_policy",
    "bundle",
    "cart",
    "order",
    "memory",
    "smalltalk",
    "out_of_scope",
    "handoff",
]
Language = Literal["en", "zh"]
Sort = Literal["relevance", "price_low", "price_high", "rating"]
Source = Literal["learned", "llm", "fallback"]
CartOperation = Literal["add", "offer", "remove", "set", "view", "clear", "checkout", "confirm"]
MemoryKind = Literal["size", "avoid", "diet", "like", "pet", "person", "note"]
BundleChange = Literal["swap", "drop", "add", "budget"]
Degraded = Literal["", "templates", "search", "apology"]
Feedback = Literal["view", "cart", "purchase", "like", "dislike"]
RecommendKind = Literal["for_you", "popular", "gift", "goes_with", "similar", "again", "why"]


class BundleWish(BaseModel):
    """A set of things for one occasion, or a change to the set on the table.

    `roles` are its parts as queries in the catalogue's language, the most necessary first; of a change the part that is
    meant, unless the message points at it. `budget` is for all together, `each` for one piece.
    """

    occasion: str = ""
    roles: list[str] = Field(default_factory=list)
    budget: float | None = None
    each: float | None = None
    change: BundleChange | None = None
    prefer: Literal["cheaper", "better", "other"] = "other"


class Degree(BaseModel):
    """ "The lightest", "bigger": `of` is the figure it goes by, `most` whether more of it is wanted, `compared` whether
    with what was spoken of, not among all that there is.
    """

    of: str
    most: bool
    compared: bool = False


class Told(BaseModel):
    """What shoppers say of themselves: `value` is what they avoid, like, keep or wear, or how old someone is; `about`
    is whose age or what is worn ("daughter", "shoes"), where they say so.
    """

    kind: MemoryKind
    value: str
    about: str = ""


class Memory(Told):
    """What is remembered of a shopper, since `at`."""

    id: int
    at: datetime


class MemoryWish(BaseModel):
    """To be told what is remembered, or to have it forgotten: `which`, in the shopper's words, or all."""

    operation: Literal["told", "view", "forget", "forget_all"]
    which: str = ""


class Understanding(BaseModel):
    """What the shopper wants.

    `query` is what retrieval searches, in the catalogue's language; `filters` are in force for this turn, those carried
    over from earlier turns included. `references` are ids of products that the message points at. `wishes` are words
    the catalogue cannot filter on: they rank, and the reply names them. `kind` is the sort of recommendation asked for,
    `rejected` are ids of products that the shopper will not have. `source` says who read the message: the `learned`
    reader, the language model (`llm`), or nobody, so that its words are searched (`fallback`). `act` and `text` are the
    command that was read and its stretch of the message, `words` the shopper's own for what `query` searches.
    """

    intent: Intent
    query: str = ""
    filters: Filters = Field(default_factory=Filters)
    references: list[str] = Field(default_factory=list)
    quantity: int | None = None
    quantities: dict[str, int] = Field(default_factory=dict)  # product id → pieces, where they differ
    act: str = ""
    text: str = ""
    words: str = ""
    english: str = ""  # what the catalogue calls what a question in another language asks about
    order: str = ""  # the number of an order
    advises: bool = False  # an opinion is asked for
    calculates: bool = False  # a sum is asked for
    then: list[Understanding] = Field(default_factory=list)  # what else the message asks for, in its order
    operation: CartOperation | None = None
    kind: RecommendKind | None = None
    new_only: bool = False  # nothing that the shopper has bought before
    rejected: list[str] = Field(default_factory=list)
    bundle: BundleWish | None = None
    memory: MemoryWish | None = None
    several: list[Understanding] = Field(default_factory=list)  # requests of one message, each by itself
    told: list[Told] = Field(default_factory=list)  # what the message says of the shopper, whatever else it is about
    sort: Sort = "relevance"
    degree: Degree | None = None  # "the lightest": the order of the list
    preferred: Filters = Field(default_factory=Filters)  # what would be nice to have comes first
    more: bool = False  # the next page of the same list
    counting: bool = False  # "how many … do you have?"
    asks_values: str = ""  # "what colours are there?": the field whose values are asked for
    returns: bool = False  # to a list of earlier in the conversation
    answers: bool = False  # the question that the last reply ended with
    reset: bool = False  # the conversation starts over
    wishes: list[str] = Field(default_factory=list)
    unknown: list[str] = Field(default_factory=list)  # values asked for that the catalogue does not have
    nearest: bool = False  # `query` is what lies nearest to a thing for which the catalogue has no word
    problem: str = ""  # why a reference could not be resolved: a phrase key
    language: Language = "en"
    foreign: str = ""  # code of the message's language where it is answered in another
    source: Source = "learned"

    @field_validator("source", mode="before")
    @classmethod
    def _as_now_called(cls, source: str) -> str:
        """Conversations that were kept before the learned reader name the readers of their time."""
        return {"rules": "learned", "classifier": "learned"}.get(source, source)


class CartLine(BaseModel):
    product: Product
    quantity: int
    total: float


class Cart(BaseModel):
    lines: list[CartLine] = Field(default_factory=list)
    total: float = 0.0
    currency: str = "USD"

    @property
    def in_words(self) -> str:
        return "; ".join(f"{line.quantity} × {line.product.title}" for line in self.lines)


class CheckoutSummary(BaseModel):
    """What will be ordered if the shopper confirms it with the `token` before it `expires`. The token is never written
    out with the rest: who sends it to the shopper does so by name."""

    token: str = Field(default="", exclude=True, repr=False)
    lines: list[CartLine]
    total: float
    currency: str
    expires: datetime

    @property
    def bought(self) -> dict[str, tuple[int, float]]:
        """Product id → pieces and the price of one."""
        return {line.product.product_id: (line.quantity, line.product.price) for line in self.lines}


class PlacedOrder(BaseModel):
    """An order that stands; it is never changed."""

    order_id: str
    placed_at: datetime
    lines: list[OrderLine]
    total: float
    currency: str


class Fact(BaseModel):
    """A statement that a reply may repeat, and where it stands: `listing`, `review`, `policy` or `catalogue`."""

    text: str
    source: str


class Table(BaseModel):
    """A comparison: a column a product, a row an attribute in which they differ."""

    columns: list[str]
    rows: list[list[str]]


class Note(BaseModel):
    """Something that the reply must say: a phrase's key and what fills it in."""

    key: str
    values: dict[str, Any] = Field(default_factory=dict)


class Question(BaseModel):
    """A question back to the shopper: which of these values of a field (`colour`, `category`, an attribute, `price`)?

    `choices` are in the shopper's words: a choice sent as a message answers the question.
    """

    field: str
    choices: list[str]


class Evidence(BaseModel):
    """All that a reply may be written from."""

    products: list[Product] = Field(default_factory=list)
    total: int | None = None  # how many in the whole catalogue meet the conditions
    notes: list[Note] = Field(default_factory=list)
    facts: list[Fact] = Field(default_factory=list)
    table: Table | None = None
    cart: Cart | None = None
    checkout: CheckoutSummary | None = None  # that the shopper may confirm
    order: PlacedOrder | None = None  # that this turn placed
    reasons: dict[str, str] = Field(default_factory=dict)  # product id → why it is here
    suggestions: list[str] = Field(default_factory=list)  # what the shopper might say next
    question: Question | None = None  # asked at the end of the reply
    personalised: bool = False  # the shopper's past has moved the order
    elaborate: bool = False  # whether the language model is asked to say more than the notes


class Turn(BaseModel):
    """`seconds` are since the message came for `first_product`, `first_token` and `total`, and spent in all on
    `understand`, `retrieve`, `rank` and `model`, as far as they had a part in the turn.

    `degraded` says what was left of it after a fault: `templates` where the language model failed or was too slow,
    `search` where only the message's words were searched, `apology` where that failed, too.
    """

    session: str
    number: int
    message: str
    text: str
    understanding: Understanding
    products: list[Product] = Field(default_factory=list)
    evidence: Evidence = Field(default_factory=Evidence)
    cart: Cart = Field(default_factory=Cart)
    seconds: dict[str, float] = Field(default_factory=dict)
    degraded: Degraded = ""
    refused: list[str] = Field(default_factory=list)  # sentences the model wrote that the evidence did not support
    user: str | None = None
    at: datetime = Field(default_factory=lambda: datetime.now(UTC))


class Recommendation(BaseModel):
    """`reason` is in the shopper's language, `why` the same as a note, to say it in full or in another language.

    `probability` of a purchase within the weeks that the store's models look ahead, None where none has been trained.
    """

    product: Product
    score: float
    reason: str
    why: Note | None = None
    probability: float | None = None


@dataclass(frozen=True)
class UnderstandingEvent:
    understanding: Understanding
    type: Literal["understanding"] = "understanding"


@dataclass(frozen=True)
class ProductsEvent:
    products: list[Product]
    table: Table | None = None
    type: Literal["products"] = "products"


@dataclass(frozen=True)
class TokenEvent:
    """A piece of the reply; the pieces joined are `Turn.text`."""

    text: str
    type: Literal["token"] = "token"


@dataclass(frozen=True)
class CartEvent:
    cart: Cart
    type: Literal["cart"] = "cart"


@dataclass(frozen=True)
class DoneEvent:
    turn: Turn
    type: Literal["done"] = "done"


StreamEvent = UnderstandingEvent | ProductsEvent | TokenEvent | CartEvent | DoneEvent
