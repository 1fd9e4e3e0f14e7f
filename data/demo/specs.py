"""The shop's specification as data: departments, brands, families and what may be said of them.

`specs/README.md` explains the YAML; everything is checked when it is read, so that a mistake names its file and family.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from data.demo.colours import colours
from data.demo.conditions import Condition
from data.demo.phrasing import placeholders, plural, title_case
from data.errors import AisleError
from data.records import CATEGORY_SEPARATOR

FOLDER = Path(__file__).with_name("specs")
SHAPES = Path(__file__).with_name("shapes")
SHARED_CLAIMS = Path(__file__).with_name("claims.yaml")
BUILT_IN = frozenset({"brand", "line", "name"})

Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]
Season = Literal["spring", "summer", "autumn", "winter", "christmas"]
Buyer = Literal[
    "women", "men", "parents", "new parents", "dog owners", "cat owners", "gardeners", "hikers", "cooks",
    "runners", "travellers", "office workers", "gamers", "makers",
]  # fmt: skip


class Spec(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Brand(Spec):
    """`price` multiplies prices; `quality` shifts the hidden quality (standard deviations)."""

    name: str
    lines: tuple[str, ...]
    price: float = 1.0
    quality: float = 0.0


class Synonym(Spec):
    """What shoppers call it, where `when` holds."""

    text: str
    when: str = ""

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, spec: Any) -> Any:
        if isinstance(spec, str):
            return {"text": spec}
        ((text, when),) = spec.items()
        return {"text": text, "when": when}

    @cached_property
    def condition(self) -> Condition:
        return Condition.parse(self.when)


class Claim(Spec):
    """What may be said of a product where `when` holds: in its description, by a pleased and by a displeased reviewer.

    `lack` is a complaint for where `when` does not hold.
    """

    when: str = ""
    say: Texts = ()
    praise: Texts = ()
    gripe: Texts = ()
    lack: Texts = ()

    @cached_property
    def condition(self) -> Condition:
        return Condition.parse(self.when)

    @property
    def texts(self) -> tuple[str, ...]:
        return self.say + self.praise + self.gripe + self.lack


class Attribute(Spec):
    """Values with the factor each puts on the price; or, `by` another attribute, one value for each value of that one;
    or, `several`, a run of neighbouring values that one product has together (sizes)."""

    values: dict[str, float] = {}
    by: str | None = None
    given: dict[str, str] = {}
    several: bool = False

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, spec: Any) -> Any:
        if isinstance(spec, str | int | float):
            return {"values": {str(spec): 1.0}}
        if isinstance(spec, list):
            return {"values": {str(value): 1.0 for value in spec}}
        if "by" in spec:
            return {"by": spec["by"], "given": {str(key): str(value) for key, value in spec.items() if key != "by"}}
        if "several" in spec:
            return {"values": {str(value): 1.0 for value in spec["several"]}, "several": True}
        return {"values": {str(value): factor for value, factor in spec.items()}}


class Feature(Spec):
    """A yes-or-no attribute: the share of products that have it and the factor that having it puts on the price."""

    share: float = Field(ge=0, le=1)
    price: float = 1.06

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, spec: Any) -> Any:
        if isinstance(spec, list):
            return {"share": spec[0], "price": spec[1]}
        return {"share": spec}


class Family(Spec):
    name: str
    group: str
    category: str = ""
    chinese: Texts
    synonyms: tuple[Synonym, ...]
    brands: tuple[str, ...] = ()
    products: int = Field(default=15, ge=1)
    price: tuple[float, float]
    shape: str
    colours: tuple[str, ...] = ()
    tint: tuple[str, ...] = ()
    season: tuple[Season, ...] = ()
    buyers: tuple[Buyer, ...] = ()
    complements: tuple[str, ...] = ()
    bought_again: int = 0
    uses: tuple[str, ...]
    gifts: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    headline: tuple[str, ...] = ()
    attributes: dict[str, Attribute] = {}
    features: dict[str, Feature] = {}
    intro: Texts
    claims: tuple[Claim, ...]

    @property
    def last_step(self) -> str:
        return self.category or title_case(plural(self.name))

    @property
    def attribute_names(self) -> set[str]:
        return set(self.attributes) | set(self.features) | ({"colour"} if self.colours else set())

    @model_validator(mode="after")
    def _agrees(self) -> Family:
        for mistake in self._mistakes():
            raise ValueError(f"{self.name}: {mistake}")
        return self

    def _mistakes(self) -> Iterator[str]:
        known = self.attribute_names
        if unknown := set(self.colours + self.tint) - set(colours()):
            yield f"unknown colours {sorted(unknown)}"
        if not self.colours and not self.tint:
            yield "needs colours, or a tint to be drawn in"
        if not (SHAPES / f"{self.shape}.svg").exists():
            yield f"no drawing shapes/{self.shape}.svg"
        if not 0 < self.price[0] < self.price[1]:
            yield "price is [lowest, highest]"
        if unknown := (set(self.shown) | set(self.headline)) - known:
            yield f"shown or headline attributes it does not have: {sorted(unknown)}"
        if unknown := set().union(*(placeholders(text) for text in self._texts())) - known - BUILT_IN:
            yield f"placeholders without an attribute: {sorted(unknown)}"
        conditions = [*(claim.condition for claim in self.claims), *(synonym.condition for synonym in self.synonyms)]
        if unknown := set().union(*(condition.attributes for condition in conditions)) - known:
            yield f"conditions on attributes it does not have: {sorted(unknown)}"
        for name, attribute in self.attributes.items():
            if name != name.lower():
                yield f"attribute {name!r} is not in lower case"
            if attribute.by and set(self.attributes[attribute.by].values) - set(attribute.given):
                yield f"{name} lacks a value for some {attribute.by}"
        for condition in conditions:
            yield from self._unknown_values(condition)

    def _unknown_values(self, condition: Condition) -> Iterator[str]:
        for term in condition.terms:
            if term.attribute in self.attributes:
                attribute = self.attributes[term.attribute]
                if unknown := term.values - set(attribute.values) - set(attribute.given.values()):
                    yield f"{term.attribute} is never {sorted(unknown)}"

    def _texts(self) -> Iterable[str]:
        yield from self.intro
        for claim in self.claims:
            yield from claim.texts


class Department(Spec):
    department: str
    brands: tuple[Brand, ...]
    claims: tuple[Claim, ...] = ()
    families: tuple[Family, ...]

    def brands_of(self, family: Family) -> list[Brand]:
        return [brand for brand in self.brands if not family.brands or brand.name in family.brands]

    def category(self, family: Family) -> str:
        return CATEGORY_SEPARATOR.join((self.department, family.group, family.last_step))

    def claims_of(self, family: Family) -> list[Claim]:
        """The family's own, then those of the department and of the shop that speak of attributes it has."""
        own = {claim.when for claim in family.claims}
        known = family.attribute_names
        common = [claim for claim in (*self.claims, *shared_claims()) if claim.when not in own]
        return [*family.claims, *(claim for claim in common if claim.condition.attributes <= known)]


def load_departments(folder: Path = FOLDER) -> list[Department]:
    """Sorted by file name.

    Raises AisleError where a file is not YAML, does not follow the schema, or names a family that is not there.
    """
    departments = [_department(file) for file in sorted(folder.glob("*.yaml"))]
    families = [family for department in departments for family in department.families]
    names = Counter(family.name for family in families)
    if twice := sorted(name for name, count in names.items() if count > 1):
        raise AisleError(f"Two families of the demo store have the same name: {', '.join(twice)}. Rename one.")
    for family in families:
        if unknown := set(family.complements) - set(names):
            raise AisleError(f"'{family.name}' goes with {sorted(unknown)}, which the demo store does not sell.")
    return departments


def shared_claims() -> tuple[Claim, ...]:
    return _SHARED


def _department(file: Path) -> Department:
    try:
        return Department.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))
    except yaml.YAMLError as error:
        raise AisleError(f"{file} is not valid YAML: {error}. Mend it and build the demo store again.") from error
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, part['loc']))}: {part['msg']}" for part in error.errors())
        raise AisleError(f"{file} does not follow specs/README.md: {wrong}.") from error


_SHARED = tuple(
    Claim(when=when, **texts) for when, texts in yaml.safe_load(SHARED_CLAIMS.read_text(encoding="utf-8")).items()
)
