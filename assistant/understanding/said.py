"""A message with everything that was read from it exactly, before it is settled what it wants."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from assistant.state import DialogueState, Topic
from assistant.understanding import cues
from assistant.understanding.answers import Answer, answer_to
from assistant.understanding.degrees import SaidDegree
from assistant.understanding.exact import ExactParts, residue
from assistant.understanding.language import has_cjk
from assistant.understanding.references import References
from assistant.understanding.topics import returned_to
from assistant.understanding.wording import is_whom, recommended_words
from retrieval.filters import CATEGORY


@dataclass(frozen=True)
class Said:
    """A message with everything that was read from it exactly. `content` is what is left that says what is wanted."""

    text: str
    content: str
    parts: ExactParts
    references: References
    in_cart: References  # the same message, read as pointing into the cart
    state: DialogueState
    spans: tuple[tuple[int, int], ...] = ()  # of the text what is dealt with, the values that it names aside
    corrects: bool = False  # what was said or shown before is put right
    soft: bool = False  # what is wished for need not be met
    degree: SaidDegree | None = None
    unknown: tuple[str, ...] = ()  # brands asked for that are not carried
    asks_of_one: bool = False  # something of the one product in focus

    @property
    def names_category(self) -> bool:
        return any(mention.field == CATEGORY for mention in self.parts.wanted)

    @cached_property
    def answer(self) -> Answer | None:
        """To the question that the last reply ended with."""
        return answer_to(self.state.asked, self.text, self.parts)

    @cached_property
    def returned_to(self) -> Topic | None:
        """The topic that the message goes back to."""
        return returned_to(self.text, self.parts.wanted, self.state)

    @property
    def names_only_whom(self) -> bool:
        """ "for men", of whatever it is."""
        named = [self.text[m.start : m.end] for m in self.parts.wanted if m.field == CATEGORY]
        return all(is_whom(text) for text in named)

    @property
    def narrows_category(self) -> bool:
        """ "blue mugs" after a list of mugs changes that list; "boots" starts another."""
        named = {value for mention in self.parts.wanted if mention.field == CATEGORY for value in mention.values}
        return bool(named & set(self.state.filters.category))

    @property
    def goes_on(self) -> bool:
        """Whether it begins like a condition, the price that stands with it aside ("for men, under 50")."""
        rest = residue(self.text, self.parts.spans)
        return bool(cues.CONTINUES.search(self.text) or cues.CONTINUES.search(rest))

    @property
    def names_thing(self) -> bool:
        """A shelf, and not only for whom something is."""
        return self.names_category and not self.names_only_whom

    @property
    def names_another(self) -> bool:
        """A thing of another shelf than the list on the table is of."""
        return self.names_thing and not self.narrows_category

    @property
    def only_points(self) -> bool:
        """Whether all that was read is in the words that point ("the cheaper of those")."""
        return not self.parts.wanted and all(
            any(start <= span[0] and span[1] <= end for start, end in self.references.spans)
            for span in self.parts.spans
        )

    @property
    def topic(self) -> str:
        """What a recommendation is to be about; "" where nothing is named."""
        return recommended_words(self.content)

    @property
    def in_chinese(self) -> bool:
        return has_cjk(self.content)

    @property
    def on_the_table(self) -> bool:
        return bool(self.state.shown or self.state.focus)
