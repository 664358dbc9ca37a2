"""The board: how the role clusters stand, and what needs a person now."""
