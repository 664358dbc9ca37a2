"""Chance that falls the same way at every load."""

from random import Random


def seeded(seed: int | str) -> Random:
    """A source of chance that gives everybody the same demo; nothing that has to be secret may come from it."""
    return Random(seed)  # noqa: S311  # made to be foreseen
