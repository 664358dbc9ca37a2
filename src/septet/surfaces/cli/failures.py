"""What a failure looks like on the command line: one sentence. The trace goes to the log in the data directory."""

import logging
from pathlib import Path

from django.conf import settings

from septet.kernel import log
from septet.kernel.errors import Refused, SeptetError
from septet.kernel.storage_errors import as_septet_error
from septet.logs import OneLine
from septet.surfaces.cli.call import VIA, Call, WrongUsage

logger = logging.getLogger("septet.cli")


def log_file() -> Path:
    """Where commands write what is not for the screen."""
    return Path(settings.DATA_DIR) / "septet.log"


def log_to_file() -> None:
    """Send the log of this process to the file, so that the screen holds the answer alone."""
    try:
        handler: logging.Handler = logging.FileHandler(log_file(), delay=True, encoding="utf-8")
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    for one in root.handlers:
        if isinstance(one, logging.FileHandler):
            one.close()
    root.handlers = [handler]
    logging.raiseExceptions = False  # a full disk must not turn a sentence into a trace


def explain(error: Exception, request: str, call: Call | None) -> tuple[int, str]:
    """The exit code and the sentence for an error; a refusal is noted, an unexpected error is logged with its trace."""
    if isinstance(error, WrongUsage):
        return 2, str(error)
    if isinstance(error, Refused) and call is not None:
        detail = f"{call.arguments.command}: {error.detail}"
        log.note("refusal", call.actor, via=VIA, request=request, detail=detail)
    if isinstance(error, SeptetError):
        return 1, " ".join(error.detail.split())
    if sentence := known(error):
        logger.warning("%s: %s", type(error).__name__, error)
        return 1, sentence
    log_to_file()
    logger.error("request %s failed", request, exc_info=error)
    return 1, f"Something went wrong inside Septet; nothing more was done. The details are in {log_file()}."


def known(error: Exception) -> str:
    """The sentence for what storage and files may do at any time; empty for anything else."""
    if trouble := as_septet_error(error):
        return trouble.detail
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        return f"{error.filename}: {error.strerror}."
    return ""
