"""Eight people and two importers at once while processes are killed at random; then all is compared. Prints JSON.

    python -m bench.soak [--seconds 600] [--every 5] [--seed 1]

Starts `septet up` on a directory of its own; with DATABASE_URL on that database, which must be empty. Afterwards what
was acknowledged must be there, once; what was not may be there, once at most; every row of the imported files must be
one record; and `septet verify` and `septet check` must find nothing. Ends with 1 if anything of this fails.
"""

import argparse
import csv
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.processes import Server, serving, tree

PEOPLE, IMPORTERS = 8, 2
ROWS = 300
PATIENCE = 30.0
API = "/api/v1/incidents"
PROFILE = """septet-profile: 1
name: soak
source: soak
records:
  - kind: incident
    key: Nr
    fields:
      title: Title
"""


@dataclass
class Told:
    """What the server acknowledged, and what was asked without an answer. `made` and `said` are words of ours: the
    title of a record, the text of a comment."""

    made: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    files: list[tuple[Path, int]] = field(default_factory=list)


def main() -> int:
    """Soak, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--every", type=float, default=5, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="septet-soak-") as data:
        os.environ |= {"SEPTET_DATA": data, "DJANGO_SETTINGS_MODULE": "septet.settings"}
        tokens = staff()
        with serving() as server:
            told, kills = soak(server, tokens, Path(data), options.seconds, options.every, options.seed)
        found = compare(told) | {"kills": kills}
    print(json.dumps(found, indent=2))
    return 1 if found["wrong"] else 0


def septet(*words: str) -> subprocess.CompletedProcess[str]:
    """A command of its own process."""
    return subprocess.run([sys.executable, "-m", "septet", *words], capture_output=True, text=True)


def staff() -> list[str]:
    """The tokens of eight agents of a team."""
    import django

    django.setup()
    from django.db import connections

    from septet.kernel.accounts import new_token, open_account
    from septet.kernel.actions import create, perform
    from septet.kernel.actors import OPERATOR
    from septet.surfaces.cli.migrating import migrate_if_needed

    migrate_if_needed()
    team = create("function-team", OPERATOR, via="cli", title="Desk", cluster="support")
    tokens = []
    for number in range(PEOPLE):
        agent = create("person", OPERATOR, via="cli", title=f"Agent {number}")
        perform(team, "add-member", OPERATOR, via="cli", person=agent, role="agent")
        tokens.append(new_token(open_account(agent, f"agent{number}@soak.example"), "soak"))
    connections.close_all()
    return tokens


def soak(
    server: Server, tokens: list[str], data: Path, seconds: float, every: float, seed: int
) -> tuple[Told, dict[str, int]]:
    """Let everybody work while processes die; what they were told, and which processes were killed how often."""
    told, until = Told(), time.monotonic() + seconds
    threads = [
        threading.Thread(target=_person, args=(server.port, token, told, until, f"{seed}-{place}"))
        for place, token in enumerate(tokens)
    ]
    threads += [
        threading.Thread(target=_importer, args=(data, told, until, f"{seed}-{place}")) for place in range(IMPORTERS)
    ]
    for one in threads:
        one.start()
    kills = _kill(server, until, every, random.Random(seed))
    for one in threads:
        one.join()
    return told, kills


def _kill(server: Server, until: float, every: float, chance: random.Random) -> dict[str, int]:
    """Kill any process of the tree but its first one, again and again; those of importers, too."""
    kills: Counter[str] = Counter()
    while time.monotonic() < until - every:
        time.sleep(every * chance.uniform(0.5, 1.5))
        importers = [one for one in tree(os.getpid()) if "import" in _words(one)]
        one = chance.choice([*(pk for pk in tree(server.root) if pk != server.root), *importers])
        name = "import" if one in importers else (_read(one, "comm") or "gone")
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)
            kills[name] += 1
    return dict(kills)


def _words(process: int) -> list[str]:
    return _read(process, "cmdline").split("\0")


def _read(process: int, name: str) -> str:
    with suppress(OSError):
        return Path(f"/proc/{process}/{name}").read_text().strip()
    return ""


def _person(port: int, token: str, told: Told, until: float, name: str) -> None:
    """Open incidents, and comment on each; whatever gets no answer is sent again under its key."""
    number = 0
    while time.monotonic() < until:
        number += 1
        title, text = f"made {name}-{number}", f"said {name}-{number}"
        made = _ask(port, token, API, {"title": title}, title, told)
        if made is None:
            continue
        told.made.append(title)
        if _ask(port, token, f"{API}/{made['number']}/comment", {"text": text}, text, told) is not None:
            told.said.append(text)


def _ask(port: int, token: str, path: str, body: dict[str, str], key: str, told: Told) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json", "Idempotency-Key": key}
    give_up = time.monotonic() + PATIENCE
    while time.monotonic() < give_up:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        with suppress(OSError, http.client.HTTPException, ValueError):
            connection.request("POST", path, json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read()
            if response.status < 300:
                return json.loads(content)
            # A request that died keeps its key for a while; a server that starts or is too busy says so.
            if response.status not in {409, 429, 503}:
                told.refused.append(f"{response.status} {content[:300].decode()}")
                return None
        connection.close()
        time.sleep(0.2)
    told.open.append(key)
    return None


def _importer(data: Path, told: Told, until: float, name: str) -> None:
    """Import one file after the other; whatever is killed is begun again."""
    profile = data / f"{name}.yaml"
    profile.write_text(PROFILE)
    number = 0
    while time.monotonic() < until:
        number += 1
        file = data / f"{name}-{number}.csv"
        with file.open("w", newline="") as out:
            rows = csv.writer(out)
            rows.writerow(["Nr", "Title"])
            rows.writerows([f"{name}-{number}-{row}", f"imported {name}-{number}-{row}"] for row in range(ROWS))
        for _ in range(20):
            done = septet("import", str(profile), str(file))
            if done.returncode == 0:
                told.files.append((file, ROWS))
                break
            if done.returncode > 0 and "busy" not in done.stderr:
                told.refused.append(done.stderr[-300:])
                break


def compare(told: Told) -> dict[str, Any]:
    """What is there against what was told."""
    from septet.kernel.models import Entry, ExternalKey, Record

    titles = Counter(Record.objects.filter(kind="incident").values_list("title", flat=True))
    texts: Counter[str] = Counter()
    for changes in Entry.objects.filter(action="comment").values_list("changes", flat=True):
        texts[json.loads(changes)[":comment"][1]] += 1
    there = titles + texts
    keys = ExternalKey.objects.filter(source="soak").count()
    imported = sum(count for title, count in titles.items() if title.startswith("imported "))
    wrong = [f"lost: {one}" for one in (*told.made, *told.said) if not there[one]]
    wrong += [f"{count} times: {one}" for one, count in there.items() if count > 1]
    wrong += [f"refused: {one}" for one in told.refused]
    whole = sum(rows for _, rows in told.files)
    if imported != keys or imported < whole:
        wrong.append(f"Of {whole} rows that were imported there are {imported} records and {keys} keys.")
    for words in (["verify"], ["check"]):
        done = septet(*words)
        if done.returncode:
            wrong.append(f"septet {words[0]}: {done.stdout[-500:]} {done.stderr[-500:]}")
    return {
        "made": len(told.made),
        "said": len(told.said),
        "without_answer": len(told.open),
        "imported": imported,
        "wrong": wrong[:20],
    }


if __name__ == "__main__":
    sys.exit(main())
