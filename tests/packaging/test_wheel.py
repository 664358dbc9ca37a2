"""The wheel that `pip install` makes is complete."""

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src/septet"
NOT_PACKED = {"__pycache__"}


def test_the_wheel_holds_every_file_of_the_package(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("uv")), "build", "--quiet", "--wheel", "--no-build-isolation"]
    subprocess.run([*command, "--python", sys.executable, "--out-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and not NOT_PACKED & set(path.parts))
    missing = {f"septet/{path.relative_to(PACKAGE)}" for path in files} - packed
    assert not missing
    assert "septet/surfaces/web/static/vendor/inter-latin.woff2" in packed
    assert "septet/surfaces/web/static/vendor/icons.svg" in packed
    guide = (path.relative_to(ROOT / "docs/guide") for path in (ROOT / "docs/guide").rglob("*.*"))
    assert {f"septet/surfaces/web/help/guide/{path}" for path in guide} <= packed
    assert any(name.endswith("licenses/LICENSE") for name in packed)
    assert not any("axe" in name for name in packed)
