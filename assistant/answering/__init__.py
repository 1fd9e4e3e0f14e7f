"""Answers about products from what is written of them: attributes, listing, reviews, the shop's policies."""
