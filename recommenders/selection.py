"""The models by name: which a shop trains, and which type restores what is on disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from data.errors import AisleError
from recommenders.models.bpr import BPR
from recommenders.models.ease import EASE
from recommenders.models.first_purchase import FirstPurchase
from recommenders.models.implicit_als import ImplicitALS
from recommenders.models.item_knn import ItemKNN
from recommenders.models.mult_vae import MultVAE
from recommenders.models.popularity import Popularity
from recommenders.models.rating_factorisation import RatingFactorisation
from recommenders.models.repeat import RepeatPurchase
from recommenders.models.sasrec import SASRec
from recommenders.models.text_factors import TextProfile
from recommenders.ranking.first_stage import default_models
from recommenders.ranking.items import ItemSide
from recommenders.recommender import Recommender

MODEL_TYPES: Final[dict[str, type[Recommender]]] = {
    kind.name: kind
    for kind in (
        EASE,
        ItemKNN,
        ImplicitALS,
        Popularity,
        RepeatPurchase,
        FirstPurchase,
        BPR,
        MultVAE,
        SASRec,
        RatingFactorisation,
        TextProfile,
    )
}
OPTIONAL: Final = (BPR.name, MultVAE.name, SASRec.name, RatingFactorisation.name, TextProfile.name)


def chosen_models(items: ItemSide, names: Sequence[str] | None, checkpoints: Path) -> dict[str, Recommender]:
    """Unfitted models of the first stage by name; the default ones for None.

    Models that learn in epochs keep their checkpoints in the folder `checkpoints`. Raises AisleError for a name that no
    model has.
    """
    offered = default_models(items)
    if names is None:
        return offered
    offered |= {
        BPR.name: BPR(),
        MultVAE.name: MultVAE(checkpoint=checkpoints / f"{MultVAE.name}.safetensors"),
        SASRec.name: SASRec(checkpoint=checkpoints / f"{SASRec.name}.safetensors"),
        RatingFactorisation.name: RatingFactorisation(),
        TextProfile.name: TextProfile(items.vectors),
    }
    unknown = [name for name in names if name not in offered]
    if unknown or not names:
        raise AisleError(f"No model is called {', '.join(unknown) or '(nothing)'}: there are {', '.join(offered)}.")
    return {name: offered[name] for name in dict.fromkeys(names)}
