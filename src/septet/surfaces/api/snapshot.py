"""Writes the OpenAPI document where the repository keeps it: `python -m septet.surfaces.api.snapshot`."""

import os
import sys
from pathlib import Path

KEPT = Path("docs/reference/openapi.json")


def main() -> int:
    """Write the document below the working directory, which must be the repository's."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "septet.settings")
    django.setup()
    from septet.surfaces.api.openapi.document import snapshot

    if not Path("pyproject.toml").is_file():
        print("Run this in the root of the repository.", file=sys.stderr)
        return 2
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(snapshot())
    return 0


if __name__ == "__main__":
    sys.exit(main())
