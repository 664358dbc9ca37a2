"""The cast, and a day on which tests are: what is measured up to the present is computed by hand."""

import pytest
from django.utils import timezone

from tests.cast import Cast, engage
from tests.kernel.work.conftest import postgres_site, postgres_template, site, sqlite_site
from tests.team.goals.stage import NOW

__all__ = ["cast", "postgres_site", "postgres_template", "site", "sqlite_site", "today"]


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is noon of 12 April 2024."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def cast(db: None) -> Cast:
    """Alice, Bob, Rita, Paul and Otto in an empty database."""
    return engage()
