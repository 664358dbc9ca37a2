"""How much tests try that try at random: little in every run, more with `make fuzz`."""

import os

EFFORT = int(os.environ.get("SEPTET_TEST_EFFORT", "1"))


def examples(few: int) -> int:
    """How many examples to try: `few` in every run."""
    return few * EFFORT
