"""The committed reference is what the registry says."""

from pathlib import Path

from septet.surfaces.reference import pages

FOLDER = Path(__file__).parents[2] / "docs/reference/types"


def test_reference_is_up_to_date() -> None:
    held = {file.name: file.read_text() for file in FOLDER.glob("*.md")}
    assert held == pages(), "run `make reference` and commit docs/reference/types"
