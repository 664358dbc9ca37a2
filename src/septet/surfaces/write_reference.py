"""Writes the generated reference anew: `python -m septet.surfaces.write_reference docs/reference/types`."""

import os
import sys
from pathlib import Path

import django


def main(folder: str) -> None:
    """Write one page per record type into `folder`."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "septet.settings")
    django.setup()
    from septet.surfaces import reference

    reference.write(Path(folder))


if __name__ == "__main__":
    main(sys.argv[1])
