"""What is known: the articles of the demo."""

import re
from collections.abc import Iterator
from importlib.resources import files

from septet.demo.history.incidents import ARTICLE_CAME
from septet.demo.organisation import MANAGER
from septet.demo.scenes.printing import OFFLINE
from septet.demo.stage import Stage
from septet.lib.drafts import Step

WRITTEN = 195
# Key, title, type, audience, question, text, service, author.
ARTICLES = (
    (
        "folder", "Share a folder with a colleague", "how-to", "customer", "How do I let a colleague see my folder?",
        ("1. Open the folder's menu and choose **Share**.\n2. Pick the colleague.\n3. Choose *read* or *change*.\n\n"
        "The colleague sees the folder under *Shared with me* within a minute."), "files", "sven",
    ),
    (
        "vpn-code", "Remote access asks for a code that does not come", "known-error", "customer",
        "I am at home and the code for remote access does not arrive.",
        ("The telephone's clock is more than a minute wrong. Let it set its time from the network, then ask for a new "
        "code. If it still does not come, call the desk."), "network", "piotr",
    ),
    (
        "away-notice", "Set an absence notice", "faq", "customer", "How do I tell people that I am away?",
        "In the calendar choose **Settings**, then **Absence**. It ends by itself on the last day you give.",
        "mail", "priya",
    ),
    (
        "printer-offline", "A printer shows as offline though it is on", "known-error", "internal",
        "Print jobs stay in the queue; the printer shows as offline.",
        ("The print server lost its address after a restart of the switch. Restart the queue on srv-print-1:\n\n"
        "    systemctl restart cups\n\nIf that does not help, look at the switch port."), "printing", "sven",
    ),
    (
        "switch-firmware", "Bring new firmware onto an access switch", "how-to", "internal", "",
        ("1. Save the configuration.\n2. Load the image and compare its digest.\n3. Restart in the maintenance window."
        "\n4. Ping every neighbour.\n\nBack out: boot the old image, it stays in the second slot."), "network", "carla",
    ),
)  # fmt: skip


def write_articles(stage: Stage) -> None:
    """Write all articles and have them validated."""
    drafts = []
    for number, (key, title, sort, audience, question, body, service, author) in enumerate((*ARTICLES, *_told())):
        written = ARTICLE_CAME + 3 if key == OFFLINE else WRITTEN + 6 * number
        looked_at = stage.ago(-30 - 9 * number)
        draft = stage.draft(
            "article",
            key,
            stage.ago(written, "14:00"),
            title=title,
            type=sort,
            audience=audience,
            question=question,
            body=body,
            service=f"@{service}",
            owner=f"@{author}",
        )
        read = stage.ago(written - 3, "11:00")
        validated: dict[str, object] = {
            "state": "validated",
            "reviewed_at": read.isoformat(),
            "review_at": looked_at.isoformat(),
        }
        draft.steps += [
            Step(stage.ago(written, "15:00"), "finish", {"state": "not-validated"}, actor=stage.id(author)),
            Step(read, "validate", validated, actor=stage.id(MANAGER)),
        ]
        drafts.append(draft)
    stage.write(drafts)


def _told() -> Iterator[tuple[str, ...]]:
    """The articles of the file beside this one: key and title, what it is for whom about what and by whom, the text."""
    for piece in files(__package__).joinpath("articles.md").read_text(encoding="utf-8").split("\n# "):
        head, facts, body = piece.removeprefix("# ").split("\n", 2)
        key, title = head.split(": ", 1)
        sort, audience, service, author, question = (one.strip() for one in facts.split("|"))
        yield key, title, sort, audience, question, _unwrapped(body.strip()), service, author


def _unwrapped(text: str) -> str:
    """A text without the ends of lines that only its file needs: on pages they would be seen."""
    return re.sub(r"(?<=\S)\n(?![\n\-*>|#`]|\d+\. |    )", " ", text)
