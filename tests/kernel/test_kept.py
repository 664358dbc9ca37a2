"""What is kept for a moment is read again when the moment is over, or when it is to be forgotten."""

from itertools import count

import pytest

from septet.kernel import kept
from septet.kernel.kept import Kept


def test_a_value_is_read_again_after_its_time_or_when_it_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    reads = count(1)
    value = Kept(5.0, lambda: next(reads))
    found = []
    for moment, change in ((0.0, None), (4.9, None), (5.0, None), (5.1, value.forget), (5.2, kept.forget_all)):
        monkeypatch.setattr(kept, "now", lambda moment=moment: moment)
        if change is not None:
            change()
        found.append(value())
    assert found == [1, 1, 2, 3, 4]
