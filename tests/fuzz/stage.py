"""Makes, in an installation that is staged, a record for every operation of the API that names one: `python -m
tests.fuzz.stage KIND…` prints which, so that what one operation does to its record spoils it for no other."""

import json
import os
import sys

import django


def main(kinds: list[str]) -> None:
    """Print the numbers as `{path of the operation: number}`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "septet.settings")
    django.setup()
    from septet.kernel.registry import registry
    from septet.surfaces.api.openapi.document import document
    from tests.everything.walk import make

    kind_of = {it.path: it.kind for it in registry.types.values() if it.kind in kinds}
    found = {}
    for path in document()["paths"]:
        first, _, rest = path.removeprefix("/").partition("/")
        if first in kind_of and rest.startswith("{number}"):
            found[path] = make(kind_of[first]).number
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
