"""The demo store: a synthetic shop, the same bytes for the same seed, that reads like a real one."""

from data.demo.build import make_demo_store

__all__ = ["make_demo_store"]
