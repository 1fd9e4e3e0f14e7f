"""Commands into `Understanding`: what was said becomes conditions, products, quantities of this shop, by code alone."""

from assistant.understanding.resolution.resolver import Resolver

__all__ = ["Resolver"]
