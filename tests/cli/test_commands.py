"""The commands that read and change records, on the database of the test."""

import uuid
from pathlib import Path

from django.conf import settings
from django.test import Client

from septet.kernel import content
from septet.kernel.accounts import find_actor
from septet.kernel.actions import perform
from septet.kernel.actors import OPERATOR
from septet.kernel.models import Account, Entry, LogEntry, Record
from tests.cast import Cast
from tests.cli.conftest import Cli


def _new_incident(cli: Cli, **values: str) -> str:
    words = [f"{name}={value}" for name, value in ({"title": "Mail is slow", "impact": "3"} | values).items()]
    said = cli("create", "incidents", *words, "--json")
    assert said.code == 0, said.err
    return str(said.json["number"])


def test_an_incident_from_new_to_closed(cli: Cli, cast: Cast) -> None:
    number = _new_incident(cli, requester=cast.rita.number, urgency="2")
    assert cli("do", number, "classify", "category=mail").code == 0
    assert cli("do", number, "assign", f"team={cast.desk.number}", "owner=PER-" + str(cast.alice.pk)).code == 0
    started = cli("do", number, "start", "--as", cast.alice.number, "--json")
    assert (started.code, started.json["state"]) == (0, "in-progress")
    done = cli("do", number, "resolve", "--note", "by phone", "cause=cable", "--as", cast.alice.number)
    assert done.code == 0
    assert "in-progress -> resolved" in done.out
    assert cli("do", number, "close", "--json").json["state"] == "closed"
    entry = Entry.objects.get(action="resolve")
    assert (entry.via, entry.note, entry.actor_id, entry.request) == ("cli", "by phone", cast.alice.pk, done.request)
    shown = cli("show", number)
    assert "Alice: Resolve" in shown.out
    assert "by phone" in shown.out


def test_every_call_has_a_request_id_that_is_journaled(cli: Cli, cast: Cast) -> None:
    said = cli("create", "incidents", "title=Slow")
    assert str(uuid.UUID(said.request)) == said.request
    assert Entry.objects.get(request=said.request).action == "create"
    assert len({cli("list", "incidents").request, cli("show", "INC-999999").request, said.request}) == 3


def test_lists_filter_search_count_and_travel(cli: Cli, cast: Cast) -> None:
    first, second = _new_incident(cli), _new_incident(cli, title="Printer smokes", impact="1", urgency="1")
    before = cli("list", "incidents", "--json")
    assert {one["number"] for one in before.json["items"]} == {first, second}
    assert before.json["next"] is None
    cli("do", second, "classify", "category=fire")
    found = cli("list", "incident", "--where", "state=classified", "--json").json["items"]
    assert [one["number"] for one in found] == [second]
    assert cli("list", "INC", "--count", "--json").json == {"count": 2}
    assert cli("list", "INC", "--where", "state=new,classified", "--where", "impact=1", "--count").out == "1\n"
    assert cli("list", "incidents", "--as-of", "2020-01-01", "--count").out == "0\n"
    assert cli("list", "incidents", "--limit", "1").out.count("INC-") == 1
    assert cli("list", "incidents", "--where", "state=resolved").out == "No incidents fit.\n"


def test_a_limit_beyond_one_page_is_kept(cli: Cli, cast: Cast) -> None:
    for _ in range(3):
        _new_incident(cli)
    from septet.kernel import listing

    whole = cli("list", "incidents", "--limit", str(listing.LARGEST_PAGE + 1), "--json").json
    assert len(whole["items"]) == 3


def test_what_was_and_what_was_known(cli: Cli, cast: Cast) -> None:
    said = cli("create", "incidents", "title=Old", "--at", "2012-03-01T10:00Z", "--json")
    number = said.json["number"]
    assert cli("do", number, "classify", "category=mail", "--at", "2012-03-02T10:00Z").code == 0
    assert cli("show", number, "--as-of", "2012-03-01T12:00", "--json").json["state"] == "new"
    assert cli("show", number, "--as-of", "2012-03-03", "--json").json["state"] == "classified"
    assert cli("show", number, "--as-of", "2012-02-01").code == 1
    assert cli("show", number, "--known-at", "2012-03-03").code == 1
    assert cli("list", "incidents", "--as-of", "2012-03-01T12:00", "--where", "state=new", "--count").out == "1\n"


def test_a_refusal_is_one_line_and_changes_nothing(cli: Cli, cast: Cast) -> None:
    number = _new_incident(cli)
    entries = Entry.objects.count()
    for words in (
        ("show", number, "--as", cast.otto.number),
        ("do", number, "resolve", "cause=x", "--as", cast.otto.number),
        ("do", number, "resume"),
        ("do", number, "classify", "category=mail", "impact=9"),
        ("do", number, "classify", "category=mail", "--version", "99"),
        ("do", number, "fly"),
        ("create", "people", "title=X", "--as", cast.rita.number),
        ("create", "incidents", "titel=X"),
        ("create", "incidents", "title=X", "--at", "9999-01-01"),
        ("list", "incidnets"),
        ("list", "incidents", "--where", "stat=new"),
        ("show", "INC-999999"),
        ("show", "nowhere:1"),
        ("undo", str(uuid.uuid4())),
        ("show", number, "--as", "nobody@example.org"),
    ):
        said = cli(*words)
        assert said.code in (1, 2), words
        assert len(said.err.splitlines()) == 1, (words, said.err)
        assert "Traceback" not in said.err
        assert said.out == ""
    assert Entry.objects.count() == entries
    assert LogEntry.objects.filter(event="refusal", via="cli").count() >= 1


def test_wrong_usage_is_two(cli: Cli, cast: Cast) -> None:
    for words in (
        (),
        ("fly",),
        ("list",),
        ("list", "incidents", "--limit", "many"),
        ("list", "incidents", "--where", "state"),
        ("list", "incidents", "--as-of", "banana"),
        ("create", "incidents", "title"),
        ("create", "incidents", "extra.x=json:{"),
        ("create", "incidents", "title=@/nowhere/file"),
        ("up", "--port", "0"),
    ):
        said = cli(*words)
        assert (said.code, len(said.err.splitlines())) == (2, 1), (words, said.err)


def test_words_become_lists_files_json_and_custom_fields(cli: Cli, cast: Cast, tmp_path: Path) -> None:
    fields = '{"properties": {"floor": {"type": "integer"}, "branch": {"type": "string"}}}'
    made = cli("create", "custom-fields", "title=Where", "applies_to=incident", f"json_schema=json:{fields}")
    assert made.code == 0, made.err
    (tmp_path / "text").write_text("first\nsecond\n")
    number = _new_incident(cli, **{"extra.floor": "3", "extra.branch": "north", "description": f"@{tmp_path}/text"})
    body = cli("show", number, "--json").json
    assert body["extra"] == {"floor": 3, "branch": "north"}
    assert body["description"] == "first\nsecond\n"
    edited = cli("do", number, "edit", "extra.branch=south", "service=", "--json")
    assert edited.json["extra"] == {"floor": 3, "branch": "south"}
    assert cli("do", number, "edit", "extra.floor=third").code == 1
    assert cli("do", number, "ask-approval", f"approvers={cast.alice.number}").code == 0
    asked = cli(
        "do", number, "ask-approval", f"approvers={cast.alice.number}", f"approvers={cast.bob.number}", "--json"
    )
    assert len(asked.json["approvals"]) == 2


def test_a_file_is_attached_from_its_path(cli: Cli, cast: Cast, tmp_path: Path) -> None:
    number = _new_incident(cli)
    (tmp_path / "log.txt").write_bytes(b"\xff\x00bytes")
    assert cli("do", number, "attach", f"file={tmp_path}/log.txt").code == 0
    change = cli("show", number).out
    assert "log.txt" in change
    assert b"".join(content.read(content.put([b"\xff\x00bytes"])[0])) == b"\xff\x00bytes"
    assert cli("do", number, "attach", f"file={tmp_path}/none").code == 1


def test_undo_of_a_request(cli: Cli, cast: Cast) -> None:
    said = cli("create", "incidents", "title=By mistake", "--json")
    undone = cli("undo", said.request, "--json")
    assert (undone.code, undone.json["undone"], undone.json["refused"]) == (0, 1, [])
    assert undone.json["request"] == undone.request
    record = Record.objects.get(pk=int(said.json["number"].split("-")[1]))
    assert record.withdrawn_at is not None


def test_a_token_acts_for_its_person(cli: Cli, cast: Cast) -> None:
    said = cli("token", cast.alice.number, "--json")
    found = find_actor(said.json["token"])
    assert found is not None
    assert found.actor.person == cast.alice.pk
    assert cli("token", "alice@example.org").out.startswith("spt_")
    scoped = cli("token", "alice@example.org", "--scope", "read:INC", "--scope", "comment:incidents", "--days", "7")
    limited = find_actor(scoped.out.strip())
    assert limited is not None
    assert str(limited.actor.limits) == "comment:incident read:incident"
    wrong = cli("token", "alice@example.org", "--scope", "comment:incidnet")
    assert wrong.code == 1
    assert "Did you mean 'incident'?" in wrong.err
    assert cli("token", cast.bob.number, "--as", cast.alice.number).code == 1
    assert cli("token", cast.alice.number, "--as", cast.alice.number).code == 0


def test_readings_reports_and_procedures_are_offered(cli: Cli, cast: Cast) -> None:
    number = cli("create", "incidents", "title=Slow", f"requester={cast.rita.number}", "--json").json["number"]
    read = ("read", number, "why", f"person={cast.rita.number}", "verb=see")
    assert cli(*read, "--json").json["allowed"] is True
    assert "They asked for it." in cli(*read).out
    assert "person" in cli("read", number, "why", "verb=see").err
    for command in ("report", "run"):
        assert isinstance(cli(command, "--json").json["items"], list)
        assert cli(command, "no-such-thing").code == 1


def test_a_sign_in_link_lets_a_locked_out_person_in_once(cli: Cli, cast: Cast, client: Client) -> None:
    address = cli("sign-in-link", "bob@example.org", "--json").json["url"].removeprefix(settings.PUBLIC_URL)
    assert client.post(address).headers["Location"] == "/"
    assert Account.objects.get(pk=client.session["_auth_user_id"]).person_id == cast.bob.pk
    assert Client().post(address).status_code == 403
    made = LogEntry.objects.get(event="sign-in-link")
    assert (made.actor_name, made.record_id) == ("Operator", cast.bob.pk)
    assert cli("sign-in-link", cast.bob.number).out.startswith(f"{settings.PUBLIC_URL}/sign-in/")
    refused = cli("sign-in-link", cast.bob.number, "--as", cast.bob.number)
    assert (refused.code, "leave out --as" in refused.err) == (1, True)
    assert cli("sign-in-link", cast.desk.number).code == 1
    perform(cast.bob, "leave", OPERATOR, via="cli")
    assert "has left" in cli("sign-in-link", cast.bob.number).err


def test_why_gives_the_reason(cli: Cli, cast: Cast) -> None:
    number = _new_incident(cli, requester=cast.rita.number)
    assert cli("why", cast.alice.number, "resolve", number).out.startswith("Yes.")
    assert cli("why", cast.rita.number, "see", number, "--json").json["allowed"] is True
    refused = cli("why", cast.otto.number, "see", number)
    assert (refused.code, refused.out[:3]) == (0, "No.")
    assert cli("why", cast.rita.number, "create", "people").out.startswith("No.")
    assert cli("why", cast.rita.number, "fly", number).code == 1


def test_types_name_fields_and_actions(cli: Cli, cast: Cast) -> None:
    assert {one["path"] for one in cli("types", "--json").json["items"]} >= {"incidents", "people", "changes"}
    body = cli("types", "INC", "--json").json
    assert "resolve" in {one["name"] for one in body["actions"]}
    assert "resolve" in cli("types", "incidents").out


def test_impact_is_the_api_s(cli: Cli, cast: Cast) -> None:
    ids = {name: cli("create", "CI", f"title={name}", "--json").json["number"] for name in ("shop", "server")}
    assert cli("do", ids["shop"], "relate", "type=depends-on", f"target={ids['server']}").code == 0
    body = cli("impact", ids["server"], "--json").json
    assert [(one["number"], one["effect"]) for one in body["items"]] == [(ids["shop"], "failing")]
    assert cli("impact", ids["shop"], "--up", "--json").json["items"][0]["number"] == ids["server"]
    assert cli("impact", ids["shop"]).out == f"Nothing depends on {ids['shop']}.\n"
    assert cli("impact", ids["server"], "--as-of", "2012-03-01", "--json").json["total"] == 0
    assert cli("impact", ids["shop"], "--without", "CI-999999").code == 1


def test_impact_says_which_services_fail_and_for_whom(cli: Cli, cast: Cast) -> None:
    server = cli("create", "CI", "title=server", "--json").json["number"]
    spare = cli("create", "CI", "title=spare", "--json").json["number"]
    shop = cli("create", "services", "title=Shop", f"customer={cast.supplier.number}", "--json").json["number"]
    for one in (server, spare):
        assert cli("do", shop, "relate", "type=runs-on", f"target={one}", "need=1").code == 0
    assert "degraded" in cli("impact", server).out
    said = cli("impact", server, "--without", spare).out
    assert said.endswith("Services that fail: Shop\nFor Supply Ltd (people: 1)\n")
    body = cli("impact", server, "--edges", "--json").json
    assert [one["number"] for one in body["standing_in"]] == [spare]


def test_a_title_cannot_steer_the_terminal(cli: Cli, cast: Cast) -> None:
    number = _new_incident(cli, title="\x1b[2Jgone\u202e")
    for words in (("list", "incidents"), ("show", number)):
        said = cli(*words)
        assert "\x1b" not in said.out
        assert "\u202e" not in said.out
        assert "gone" in said.out


def test_administration_is_not_for_everybody(cli: Cli, cast: Cast, tmp_path: Path) -> None:
    said = cli("backup", str(tmp_path / "b.tar.gz"), "--as", cast.alice.number)
    assert (said.code, list(tmp_path.iterdir())) == (1, [])


def test_people_are_found_by_their_mail_everywhere(cli: Cli, cast: Cast) -> None:
    number = _new_incident(cli, requester="rita@example.org")
    _new_incident(cli)
    found = cli("list", "incidents", "--where", "requester=rita@example.org", "--json").json["items"]
    assert [one["number"] for one in found] == [number]
    assert cli("show", number, "--as", "rita@example.org").code == 0
