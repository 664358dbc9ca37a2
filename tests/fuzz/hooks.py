"""What schemathesis cannot guess: the numbers of records that exist. One call in four keeps what it made up."""

import json
import os
import random
import zlib
from pathlib import Path
from typing import Any

import schemathesis

NUMBERS: dict[str, str] = json.loads(Path(os.environ["FUZZ_NUMBERS"]).read_text())


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Call each operation about its own record."""
    number = NUMBERS.get(context.operation.path)
    if number and path_parameters and zlib.crc32(repr(path_parameters).encode()) % 4:
        return {**path_parameters, "number": number}
    return path_parameters


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Let each call come from an address of its own, behind a proxy: wrong tokens of one address are slowed down."""
    case.headers["X-Forwarded-For"] = f"2001:db8:{random.getrandbits(16):x}:{random.getrandbits(16):x}::1"
