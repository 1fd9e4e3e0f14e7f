"""What was trained, on what, and how good it was: `models/card.json`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

VERSION = "2"  # raise it when a change to this folder's code changes what is learnt or how it is kept


class Span(BaseModel):
    """What the log held: `dropped` counts the rows that were left out, by reason; times in seconds since 1970."""

    events: int = 0
    purchases: int = 0
    shoppers: int = 0
    products: int = 0
    first: int = 0
    last: int = 0
    dropped: dict[str, int] = Field(default_factory=dict)

    @property
    def days(self) -> float:
        return (self.last - self.first) / 86_400

    def sentence(self) -> str:
        first, last = (datetime.fromtimestamp(moment, UTC).date() for moment in (self.first, self.last))
        return (
            f"{self.events:,} events of {self.shoppers:,} shoppers and {self.products:,} products, {first} to {last}"
            if self.events
            else "no events"
        )


class Kept(BaseModel):
    """A model on disk: which type restores it, with which settings."""

    type: str
    settings: dict[str, Any] = Field(default_factory=dict)


class Measured(BaseModel):
    """Mean NDCG@10 on the validation slice, for lists of `new` items and of `all`; None where nobody could be asked."""

    model: str
    ndcg_new: float | None = None
    ndcg_all: float | None = None


class Card(BaseModel):
    """`catalogue`, `log`: hashes of the store's files; `fingerprint`: of both, the settings and the code's version.

    `models` of the first stage and `scorers` by protocol, by the name of their file; `files`: the hash of each file.
    `metrics` were measured on the last `slice_days`, with models that had seen only what came before; `asked` says how
    many shoppers by protocol. `note`: a sentence where less was trained than usual.
    """

    model_config = ConfigDict(extra="forbid", ser_json_inf_nan="constants")

    version: str = VERSION
    fingerprint: str = ""
    catalogue: str = ""
    log: str = ""
    trained_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    seconds: float = 0.0
    span: Span = Field(default_factory=Span)
    settings: dict[str, Any] = Field(default_factory=dict)
    models: dict[str, Kept] = Field(default_factory=dict)
    scorers: dict[str, Kept] = Field(default_factory=dict)
    complements: Kept | None = None
    metrics: list[Measured] = Field(default_factory=list)
    asked: dict[str, int] = Field(default_factory=dict)
    note: str = ""
    files: dict[str, str] = Field(default_factory=dict)
