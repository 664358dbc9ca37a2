"""One call of the command line: who asks for what, and how the answer is given."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.utils import timezone

from septet.kernel.actors import OPERATOR, Actor, of_person
from septet.kernel.errors import Refused
from septet.kernel.models import Verb
from septet.kernel.references import find_person
from septet.lib.moments import parse_moment

VIA = "cli"


class WrongUsage(Exception):
    """The command was written wrongly; exit code 2. Its text is one sentence."""


@dataclass
class Call:
    """What a command's function is given. `request` is the id under which all that it changes is journaled."""

    arguments: argparse.Namespace
    request: str
    actor: Actor = OPERATOR
    demo: Callable[[], dict[str, int]] | None = None

    def identify(self) -> None:
        """Find out as whom to act. Raises NotFound."""
        if self.arguments.person:
            self.actor = of_person(find_person(self.arguments.person, OPERATOR))

    def need_administrator(self, what: str) -> None:
        """Refuse somebody who may not administer; what concerns all records is theirs."""
        if not self.actor.has_everywhere(Verb.ADMINISTER):
            raise Refused(f"You may not {what}: it needs the right to administer, which you do not have.")

    def moment(self, option: str) -> datetime | None:
        """The moment that an option such as `as_of` names, by the clocks of the actor's zone."""
        text = getattr(self.arguments, option)
        if text is None:
            return None
        try:
            return parse_moment(text, ZoneInfo(self.actor.zone), timezone.now())
        except ValueError as error:
            raise WrongUsage(f"--{option.replace('_', '-')}: {error}") from None

    def answer(self, body: Any, text: Callable[[], str]) -> None:
        """Print the body as JSON if it was asked for, else the text."""
        if self.arguments.json:
            write_json(body)
        elif shown := text():
            print(shown)


def write_json(body: Any) -> None:
    """Print one JSON document, indented for people when they read it."""
    options = orjson.OPT_APPEND_NEWLINE | orjson.OPT_UTC_Z | (orjson.OPT_INDENT_2 if sys.stdout.isatty() else 0)
    sys.stdout.write(orjson.dumps(body, option=options).decode())
