"""What a worker does all the time beside the kernel's own: declared once, stepped through until the worker stops.

    @loop("measuring")
    def measuring(worker: str) -> Callable[[], bool]: ...

The function is called once with the worker's name; what it returns does a piece of work and says whether there may be
more to do at once.
"""

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured

Step = Callable[[], bool]
Start = Callable[[str], Step]

declared: dict[str, Start] = {}


def loop(name: str) -> Callable[[Start], Start]:
    """Declare a loop of the worker. Any number of workers may step at the same time; a step minds that itself."""

    def declare(function: Start) -> Start:
        if name in declared:
            raise ImproperlyConfigured(f"Loop {name!r} is declared twice.")
        declared[name] = function
        return function

    return declare
