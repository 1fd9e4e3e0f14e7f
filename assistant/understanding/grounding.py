"""Which of the values a shopper named can be filters, judged by what the catalogue holds where the search leads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

import numpy as np

from assistant.understanding.carrying import overlap
from assistant.understanding.fitting import COVERAGE, Fitted, Said, fit
from assistant.understanding.vocabulary import YES, Mention, stem, words_of
from data.catalogue import Catalogue
from data.records import CATEGORY_SEPARATOR, shelf_name
from retrieval.filters import BRAND, CATEGORY, COLOUR, Filters
from retrieval.hybrid import HybridSearch
from retrieval.measures import Measure

AGREEMENT = 0.6  # of the first results must lie on the named shelf for the shelf to become a filter
CALLED_SO = 0.5  # of the first results elsewhere must be called what was asked for, or they are something else
SHARED_AGREEMENT = 0.1  # of all that is found, where several shelves are named
COVERAGE_WITHOUT_SHELF = 1.0  # where no shelf is named, one first result that does not state it may be the one meant
STATED_SOMEWHERE = 0.1
FIRST_RESULTS = 10
SCOPE = 50
FEW = 15  # of those


class Grounded(NamedTuple):
    """`ranges` hold against attributes' values; `wishes` rank, since too few products say whether they hold."""

    filters: list[Mention]
    wishes: list[Mention]
    ranges: dict[str, list[Measure]]


Called = Callable[[Mention], np.ndarray]
NOTHING_GROUNDED = Grounded([], [], {})


def ground(
    search: HybridSearch, query: str, carried: Filters, wanted: list[Mention], said: Sequence[Said] = ()
) -> Grounded:
    """Brands always filter. A category filters where the search agrees with it ("swim dress" leads past the shelf of
    dresses; towels that come first for "quick-dry backpack" do not speak against backpacks), a colour or an attribute
    where enough products in question state it, and so does what was `said` of measures, sizes and sides."""
    wanted = _compounded(wanted)
    by_name = (BRAND, COLOUR) if not query and not carried.category else (BRAND,)  # "something blue" leads nowhere yet
    if not said and all(mention.field in by_name for mention in wanted):
        return Grounded(wanted, [], {})
    found = np.array([hit.row for hit in search.search(query, SCOPE)], dtype=np.int64)
    grounded = Grounded([], [], {})
    shelves = list(carried.category)
    called = partial(_called, search.catalogue, query, found)
    named = sum(mention.field == CATEGORY for mention in wanted)
    # "a tent and a sleeping bag": each shelf leads a part of the way, and one of them leads first.
    agreement = AGREEMENT if named < 2 else SHARED_AGREEMENT
    first = found[:FIRST_RESULTS] if named < 2 else found
    for mention in sorted(wanted, key=lambda mention: (mention.field != CATEGORY, -len(mention.values[0]))):
        usable = _usable(search.catalogue, mention, shelves, first, called, agreement)
        if usable is None:
            if _is_stated_somewhere(search.catalogue, mention, shelves, first):
                grounded.wishes.append(mention)
            continue
        grounded.filters.append(usable)
        if usable.field == CATEGORY:
            shelves = overlap(shelves, usable.values) or list(usable.values)
    if said:
        _take(grounded, fit(search.catalogue, _scope(search.catalogue, shelves, found), said))
    return grounded


def _compounded(wanted: list[Mention]) -> list[Mention]:
    """Shelves named by two words side by side are one thing, and the last word is its head: "travel mugs" are mugs,
    those of travel where a shelf is called so, and no department of travel. Shelves that overlap ("men's jackets")
    narrow one another elsewhere."""
    kept: list[Mention] = []
    for mention in sorted(wanted, key=lambda mention: mention.start):
        before = kept[-1] if kept else None
        if (
            before is not None
            and before.field == mention.field == CATEGORY
            and 0 <= mention.start - before.end <= 1
            and not overlap(before.values, mention.values)
        ):
            kept.pop()
            modifiers = {step.lower() for path in before.values for step in path.split(CATEGORY_SEPARATOR)[-1].split()}
            called = tuple(path for path in mention.values if modifiers & set(shelf_name(path).lower().split()))
            kept.append(replace(mention, values=called or mention.values, start=before.start))
        else:
            kept.append(mention)
    return kept


def _take(grounded: Grounded, fitted: Fitted) -> None:
    grounded.filters.extend(fitted.mentions)
    grounded.wishes.extend(fitted.wishes)
    grounded.ranges.update(fitted.ranges)


def _scope(catalogue: Catalogue, shelves: list[str], first: np.ndarray) -> np.ndarray:
    """The rows in question: those of the shelves where there are any, else those that the search finds first."""
    return np.flatnonzero(Filters(category=shelves).mask(catalogue)) if shelves else first


def _usable(
    catalogue: Catalogue, mention: Mention, shelves: list[str], first: np.ndarray, called: Called, agreement: float
) -> Mention | None:
    """The first meaning of the mention that can filter; `first` are the rows that the search finds first, `called`
    those that are called what was asked for, where the shelf is, too."""
    for meaning in (mention, *mention.others):
        if meaning.field == BRAND:
            return meaning
        if meaning.field == CATEGORY:
            if overlap(shelves, meaning.values):
                return meaning
            if siblings := _siblings(catalogue, shelves, meaning.values):
                return replace(meaning, values=siblings)
            on = _rows_on(catalogue, meaning)
            if meaning.whole and not _called_so(catalogue, meaning, first[~np.isin(first, on)]):
                return meaning  # "short sleeved shirts" that lead to dresses
            if _share(first, on) >= agreement or _share(called(meaning), on) >= AGREEMENT:
                return meaning
        else:
            stating = list(catalogue.rows_by_attribute.get(meaning.field, {}).values())
            enough = COVERAGE if shelves or meaning.field == COLOUR else COVERAGE_WITHOUT_SHELF
            scope = _scope(catalogue, shelves, first)
            if stating and _share(scope, np.concatenate(stating)) >= enough:
                return _as_here(catalogue, meaning, scope)
    return None


def _as_here(catalogue: Catalogue, meaning: Mention, scope: np.ndarray) -> Mention:
    """ "A zip" is what the shelf in question calls "full zip", where nothing on it is a "zip" and nothing more."""
    here = [v for v, rows in catalogue.rows_by_attribute[meaning.field].items() if np.isin(scope, rows).any()]
    longer = [v for v in here if any(v.endswith(f" {value}") for value in meaning.values)]
    return meaning if set(meaning.values) & set(here) or not longer else replace(meaning, values=tuple(longer))


def _called(catalogue: Catalogue, query: str, found: np.ndarray, shelf: Mention) -> np.ndarray:
    """The rows among those found whose titles have the query's last word, in English its noun, where the shelf is
    called by it as well ("for men" names no thing); none where they are few: who sells hats and cool boxes has no hat
    boxes."""
    noun = _last_word(query)
    if noun not in map(_last_word, map(shelf_name, shelf.values)):
        return np.array([], dtype=np.int64)
    titled = [row for row in found if noun in {stem(word[0]) for word in words_of(catalogue.titles[row])}]
    return np.array(titled if len(titled) >= FEW else [], dtype=np.int64)


def _called_so(catalogue: Catalogue, shelf: Mention, rows: np.ndarray) -> bool:
    """Whether most of the rows are called what the shelf is: "insulated coffee mugs" are travel mugs."""
    noun = _last_word(shelf_name(shelf.values[0]))
    titled = [noun in {stem(word[0]) for word in words_of(catalogue.titles[row])} for row in rows]
    return bool(titled) and float(np.mean(titled)) >= CALLED_SO


def _last_word(text: str) -> str:
    words = [*words_of(text)]
    return stem(words[-1][0]) if words else ""


def _siblings(catalogue: Catalogue, shelves: list[str], within: tuple[str, ...]) -> tuple[str, ...]:
    """Shelves of the same name elsewhere: from women's rain jackets "for men" leads to men's rain jackets."""
    names = {shelf_name(shelf) for shelf in shelves}
    same = (path for path in catalogue.rows_by_category if shelf_name(path) in names)
    return tuple(path for path in same if overlap([path], within) == [path])


def _is_stated_somewhere(catalogue: Catalogue, mention: Mention, shelves: list[str], first: np.ndarray) -> bool:
    """A wish is worth a word where some of the products in question could have said whether it holds."""
    scope = _scope(catalogue, shelves, first)
    stating = list(catalogue.rows_by_attribute.get(mention.field, {}).values())
    if mention.field in (CATEGORY, COLOUR) or mention.values == (YES,):
        return True
    return bool(stating) and _share(scope, np.concatenate(stating)) >= STATED_SOMEWHERE


def _rows_on(catalogue: Catalogue, mention: Mention) -> np.ndarray:
    return np.concatenate([catalogue.rows_by_category[path] for path in mention.values])


def _share(rows: np.ndarray, of: np.ndarray) -> float:
    return float(np.isin(rows, of).mean()) if len(rows) else 0.0
