"""What a person can put right, said in one sentence with the way out."""


class AisleError(Exception):
    """Shown to people as it stands, without a traceback; commands exit with 1."""
