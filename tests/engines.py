"""Which tests run on SQLite alone, although they meet the database, and why they would prove nothing on PostgreSQL.

An entry is a folder, a module or a single test, as pytest names it. What is not named here and meets the database of
the run is run on both engines; what does not meet it is run once anyway.
"""

import pytest

_PAGES = "pages are made of what the kernel reads, which both engines are asked; the matrix opens each on both"
_RIGHTS = "rights are the same on every engine; tests/everything asks lists and search on both"
_BROWSER = "what a browser makes of a page does not hang on the database"
_BEFORE = "it is refused before the database is asked; test_calls and test_random_json send wrong values to both"
_DESCRIBED = "what a role may do is the same on every engine; one role tries both"

SQLITE_ALONE = {
    "tests/web/": _PAGES,
    "tests/portal/": _PAGES,
    "tests/team/test_pages.py": _PAGES,
    "tests/team/test_first_steps.py": _PAGES,
    "tests/matrix/test_actions.py": _RIGHTS,
    "tests/matrix/test_routes.py::test_every_address": _RIGHTS,
    "tests/matrix/test_forged.py": "a forged form never comes as far as the database",
    "tests/journeys/": _BROWSER,
    "tests/everything/test_guide.py": "each page and command of the guide goes through what is tested on both",
    "tests/api/test_guide.py": "each call of the guide goes through what is tested on both",
    "tests/bad_input/test_pages.py": _BEFORE,
    "tests/bad_input/test_commands.py": _BEFORE,
    "tests/bad_input/test_files.py": _BEFORE,
    "tests/bad_input/test_connections.py": _BEFORE,
    "tests/fuzz/test_described.py::test_the_api_is_as_described[ada]": _DESCRIBED,
    "tests/fuzz/test_described.py::test_the_api_is_as_described[rita]": _DESCRIBED,
    "tests/fuzz/test_described.py::test_the_api_is_as_described[]": _DESCRIBED,
    "tests/service/test_real_clocks.py": "the arithmetic is the same",
    "tests/team/goals/test_on_real_data.py": "the other tests of goals ask PostgreSQL the same of less",
}


def on_sqlite_alone(item: pytest.Item) -> bool:
    """Whether a test would prove nothing on PostgreSQL."""
    return item.nodeid.startswith(tuple(SQLITE_ALONE))
