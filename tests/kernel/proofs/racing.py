"""Run as a program: editors who all saw the same version of a record edit it at the same moment."""

import sys
from threading import Barrier, Thread

import django
import orjson

django.setup()

from django.core.management import call_command  # noqa: E402  needs Django to be set up
from django.db import connection  # noqa: E402

from septet.kernel.actions import create, perform, reload  # noqa: E402
from septet.kernel.actors import OPERATOR  # noqa: E402
from septet.kernel.errors import SeptetError  # noqa: E402
from septet.kernel.verify import verify  # noqa: E402

EDITORS = 6


def main() -> None:
    """Let them all begin at once; print what each met, and how the record ended."""
    call_command("migrate", verbosity=0)
    record = create("incident", OPERATOR, via="cli", title="Mine")
    ready = Barrier(EDITORS)
    met: list[str] = []

    def edit(name: str) -> None:
        try:
            mine = reload(record)
            ready.wait(30)
            perform(mine, "edit", OPERATOR, via="web", version=1, params={"title": name})
            met.append("done")
        except SeptetError as error:
            met.append(type(error).__name__)
        finally:
            connection.close()

    editors = [Thread(target=edit, args=(f"Editor {n}",)) for n in range(EDITORS)]
    for one in editors:
        one.start()
    for one in editors:
        one.join(60)
    report = verify()
    found = {"met": sorted(met), "version": reload(record).version, "problems": [str(one) for one in report.problems]}
    sys.stdout.buffer.write(orjson.dumps(found))


if __name__ == "__main__":
    main()
