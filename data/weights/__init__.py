"""The models that Aisle ships with: named in `manifest.toml`, brought to this machine when first needed."""

from data.weights.fetching import fetch, folders
from data.weights.manifest import WeightFile, Weights, model, models
from data.weights.state import WeightsStatus, status

__all__ = ["WeightFile", "Weights", "WeightsStatus", "fetch", "folders", "model", "models", "status"]
