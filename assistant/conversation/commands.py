"""Commands: what a message asks for, as a reader sees it. Code resolves them into products, amounts and values."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Span:
    """Characters `start` to `end` of the message that are a `label` of `languages/README.md`."""

    start: int
    end: int
    label: str
    sure: float = 1.0

    def of(self, message: str) -> str:
        return message[self.start : self.end]


@dataclass(frozen=True)
class Command:
    """A stretch of the message that asks for one thing. `start` is where `text` begins in the message; spans are in the
    message's characters."""

    act: str
    text: str
    start: int = 0
    spans: tuple[Span, ...] = ()
    sure: float = 1.0

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def own_spans(self) -> tuple[Span, ...]:
        """In the characters of `text`."""
        return tuple(replace(s, start=s.start - self.start, end=s.end - self.start) for s in self.spans)

    def has(self, *labels: str) -> bool:
        return any(span.label in labels for span in self.spans)

    def words(self, *labels: str) -> list[str]:
        return [self.text[span.start : span.end] for span in self.own_spans if span.label in labels]

    @property
    def continues(self) -> bool:
        """Whether it may be a part of the command before it, having no thing of its own."""
        return self.act in ("refine", "ask", "tell", "remark") or (self.act == "find" and not self.has("thing", "use"))

    def together(self, other: Command, message: str) -> Command:
        """With the command that follows it in the message."""
        return replace(
            self,
            text=message[self.start : other.end],
            spans=(*self.spans, *other.spans),
            sure=min(self.sure, other.sure),
        )
