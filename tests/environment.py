"""Gives every test process a data directory of its own, before anything reads the settings."""

import atexit
import os
import shutil
import sys
import tempfile

directory = tempfile.mkdtemp(prefix="septet-test-")
atexit.register(shutil.rmtree, directory, ignore_errors=True)
os.environ["SEPTET_DATA"] = directory
for name in ("SEPTET_URL", "SEPTET_SECRET_KEY", "SEPTET_SECRET_KEY_FILE", "SEPTET_MAIL_URL", "SEPTET_MAIL_URL_FILE"):
    os.environ.pop(name, None)
# Tests ask faster than a program may.
os.environ["SEPTET_REQUESTS_PER_MINUTE"] = "0"
# The tests and the many processes that they start are compiled once, whatever the machine says of other programs.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False
