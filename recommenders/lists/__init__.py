"""Scored candidates to lists that are shown: rules, diversity, a fair chance, and a record of each stage."""

from recommenders.lists.diversity import Diversifier, Dpp, Mmr
from recommenders.lists.exposure import ExposureReport, FairChance, attention, exposure_report, shared_exposure
from recommenders.lists.facts import ItemFacts
from recommenders.lists.maker import ListMaker
from recommenders.lists.rules import (
    Cap,
    Excluded,
    InStock,
    NewToMe,
    PerBrand,
    PerCategory,
    PerFamily,
    PriceCap,
    Refusal,
    Rule,
)
from recommenders.lists.steps import MadeList, Removals, Removed, Step, steps_table

__all__ = [
    "Cap",
    "Diversifier",
    "Dpp",
    "Excluded",
    "ExposureReport",
    "FairChance",
    "InStock",
    "ItemFacts",
    "ListMaker",
    "MadeList",
    "Mmr",
    "NewToMe",
    "PerBrand",
    "PerCategory",
    "PerFamily",
    "PriceCap",
    "Refusal",
    "Removals",
    "Removed",
    "Rule",
    "Step",
    "attention",
    "exposure_report",
    "shared_exposure",
    "steps_table",
]
