"""A process of its own for tests that kill it: `python -m tests.kernel.work.process [COMMAND]`.

`worker` works with short leases until SIGTERM; otherwise Python is read from standard input and run inside Septet.
"""

import os
import signal
import sys
import threading
from datetime import timedelta

import django


def main() -> None:
    """Start Septet in the environment given and do what is asked."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "septet.settings")
    django.setup()
    from septet.kernel import runs, work, worker
    from septet.team.goals import following
    from tests.kernel.work import tasks  # noqa: F401  # declares the tasks that the worker is to know

    if sys.argv[1:] != ["worker"]:
        exec(compile(sys.stdin.read(), "<test>", "exec"), {})
        return
    runs.LEASE = timedelta(seconds=1.5)
    runs.BEAT_SECONDS = 0.3
    work.GRACE_SECONDS = 0.3
    following.LEASE = timedelta(seconds=1.5)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.run(stop)


if __name__ == "__main__":
    main()
