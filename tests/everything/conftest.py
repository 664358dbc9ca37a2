"""The cast, for every test of this folder."""

import pytest

from tests.cast import Cast, engage


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, Bob, Rita, Paul and Otto in an empty database."""
    return engage()
