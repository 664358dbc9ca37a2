"""What is said to be tested on SQLite alone is there."""

import pytest

from tests.conftest import ROOT
from tests.engines import SQLITE_ALONE


@pytest.mark.parametrize("entry", SQLITE_ALONE)
def test_every_entry_names_what_there_is(entry: str) -> None:
    path, _, test = entry.partition("::")
    assert (ROOT / path).exists()
    assert not test or f"def {test.partition('[')[0]}(" in (ROOT / path).read_text(encoding="utf-8")
