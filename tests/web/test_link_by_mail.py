"""A sign-in link on its way through a real mail server."""

import re
import socket
from collections.abc import Iterator
from email import message_from_bytes
from threading import Event
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.conf import LazySettings
from django.test import Client

from septet import environment
from septet.kernel.accounts import open_account
from septet.kernel.models import Run, RunState
from septet.kernel.runs import step
from tests.cast import Cast


class Mailbox:
    """Keeps what is delivered."""

    def __init__(self) -> None:
        self.held: list[Any] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802  # as the server calls it
        self.held.append(envelope)
        return "250 kept"


@pytest.fixture
def mailbox(settings: LazySettings) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    address = f"smtp://127.0.0.1:{port}?tls=none"
    told = environment.mail({"SEPTET_MAIL_URL": address, "SEPTET_MAIL_FROM": "it@example.org"})
    settings.MAIL = told
    for name, value in told.items():
        setattr(settings, name, value)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    yield box
    server.stop()


def test_a_link_arrives_and_signs_in(cast: Cast, mailbox: Mailbox) -> None:
    open_account(cast.alice, "alice@example.org")
    browser = Client(headers={"host": "localhost"})
    browser.post("/sign-in/mail/", {"email": "alice@example.org", "next": "/my-work/"})
    assert step("test", Event())
    run = Run.objects.get(task="mail-sign-in-link")
    assert run.state == RunState.DONE
    (envelope,) = mailbox.held
    assert (envelope.mail_from, envelope.rcpt_tos) == ("it@example.org", ["alice@example.org"])
    text = message_from_bytes(envelope.content).get_payload(decode=True)
    assert isinstance(text, bytes)
    found = re.search(r"http://[^/]+(/sign-in/\S+)", text.decode())
    assert found is not None
    assert found[1].partition("?")[0].removeprefix("/sign-in/") not in str(run.arguments)
    assert browser.post(found[1])["Location"] == "/my-work/"
