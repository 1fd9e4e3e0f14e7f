"""What has been found in answer to a question about one product."""

from __future__ import annotations

from dataclasses import dataclass, field

from assistant.turn import Fact, Note


@dataclass
class Answer:
    """`notes` say it, `facts` are what it rests on. `verdict` is what a yes-or-no question comes to as far as the text
    itself says it; None where it only quotes, or says nothing. `says` is False where nothing is written of the matter.
    `stated` is the line of the listing that decides, for several products side by side."""

    notes: list[Note] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    verdict: bool | None = None
    says: bool = True
    name: str = ""
    stated: str = ""
