"""What a conversation remembers from turn to turn."""

from __future__ import annotations

from pydantic import BaseModel, Field

from assistant.turn import Degree, Language, Note, Question, RecommendKind, Sort, Understanding
from retrieval.filters import Filters


class BundlePart(BaseModel):
    """`passed` are the products that it has had before."""

    role: str
    product_id: str
    passed: list[str] = Field(default_factory=list)


class Bundle(BaseModel):
    """The set on the table: a product for each part, for one occasion within one budget."""

    occasion: str
    parts: list[BundlePart] = Field(default_factory=list)
    budget: float | None = None
    each: float | None = None


class Topic(BaseModel):
    """A list that was left for another thing, as it lay on the table."""

    query: str = ""
    words: str = ""
    filters: Filters = Field(default_factory=Filters)
    sort: Sort = "relevance"
    offset: int = 0
    kind: RecommendKind | None = None


class Asked(BaseModel):
    """The question that the last reply ended with; `options` are the conditions that each of its choices adds, none
    where it means that the shopper does not mind."""

    question: Question
    options: list[Filters]


TOPICS_KEPT = 12


class Service(BaseModel):
    """`order` is the number of the order last spoken of, in turn `spoken`; in turn `offered` a person was offered."""

    order: str = ""
    spoken: int = -9
    offered: int = -9

    def just_spoken_of(self, last_turn: int) -> str:
        """The order that "it" may mean after that turn, "" where the talk has gone on to other things."""
        return self.order if last_turn - self.spoken <= 1 else ""


class DialogueState(BaseModel):
    """`shown` is the list the shopper sees now, best first; `seen` all that were ever shown, in order of appearance.

    `query`, `filters`, `sort`, `degree` and `preferred` describe that list; `focus` holds the products last spoken of
    one by one. Where it was recommended, `kind` says as what, `basis` what it is like or goes with, `reasons` why each
    product is in it, and `offered` what was recommended since the wish was made. `rejected` is what the shopper will
    not see again.

    `past` are the topics that were left, the latest last, and `discussed` the products that were once in focus. `asked`
    is the question still open, `asked_fields` what has been asked about this list, `in_a_row` how many turns on end
    have asked, `spare_questions` that the shopper does not care for them.
    """

    number: int = 0
    query: str = ""
    words: str = ""  # the shopper's own for what `query` searches
    filters: Filters = Field(default_factory=Filters)
    sort: Sort = "relevance"
    degree: Degree | None = None
    preferred: Filters = Field(default_factory=Filters)
    offset: int = 0
    shown: list[str] = Field(default_factory=list)
    seen: list[str] = Field(default_factory=list)
    focus: list[str] = Field(default_factory=list)
    language: Language = "en"
    kind: RecommendKind | None = None
    basis: list[str] = Field(default_factory=list)
    new_only: bool = False
    reasons: dict[str, Note] = Field(default_factory=dict)
    offered: list[str] = Field(default_factory=list)
    rejected: list[str] = Field(default_factory=list)
    bundle: Bundle | None = None
    told_of_language: bool = False  # that replies are in another language than the shopper's
    told_of_order: bool = False  # that the shopper's past orders the lists
    past: list[Topic] = Field(default_factory=list)
    discussed: list[str] = Field(default_factory=list)
    asked: Asked | None = None
    after: str = ""  # what the last turn has done, as the reader sees it
    product_english: str = ""
    product_question: str = ""  # the last one about a product, which "and the second?" asks again
    asked_fields: list[str] = Field(default_factory=list)
    in_a_row: int = 0
    spare_questions: bool = False
    service: Service = Field(default_factory=Service)
    offer: dict[str, int] = Field(default_factory=dict)  # product id → pieces offered to be put in the cart
    offer_made: int = -9  # the turn in which they were: only the next one may accept it
    sum: dict[str, int] = Field(default_factory=dict)  # product id → pieces of the last sum that was told …
    summed: int = -9  # … and the turn in which it was
    checkout: str = ""  # the mark of the summary that waits for a confirmation (`assistant.checkout`)
    checkout_shown: int = -9  # the turn in which it was shown: only the next one may confirm it in words

    @property
    def topic(self) -> Topic:
        """The list on the table."""
        return Topic(
            query=self.query, words=self.words, filters=self.filters, sort=self.sort, offset=self.offset, kind=self.kind
        )

    def wish(self) -> Understanding:
        """The wish that the list on the table answers."""
        return Understanding(
            intent="recommend" if self.kind else "refine",
            kind=self.kind,
            query=self.query,
            words=self.words,
            filters=self.filters,
            sort=self.sort,
            references=self.basis,
            new_only=self.new_only,
            language=self.language,
        )

    def leave_topic(self) -> None:
        """Another thing is spoken of from now on; the list on the table can be returned to."""
        self.asked_fields = []
        if self.query or self.filters:
            others = [topic for topic in self.past if topic.query != self.query or topic.kind != self.kind]
            self.past = [*others, self.topic][-TOPICS_KEPT:]

    def show(self, product_ids: list[str]) -> None:
        self.discussed = [*(one for one in self.discussed if one not in self.focus), *self.focus]
        self.kind, self.basis, self.new_only, self.reasons = None, [], False, {}
        self.degree, self.preferred = None, Filters()
        self.shown = product_ids
        self.seen = [*self.seen, *(new for new in product_ids if new not in self.seen)]
        self.focus = product_ids if len(product_ids) == 1 else []
