"""The second stage: features of the candidates of all models, and the scorer that learns to order them."""
