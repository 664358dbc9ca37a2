"""One person for each role, and what each of them meets: what is theirs, what is others', what is restricted."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from septet.kernel import content
from septet.kernel.accounts import new_token, open_account
from septet.kernel.actions import create, perform
from septet.kernel.actors import OPERATOR, Actor, of_person
from septet.kernel.models import Account, Attachment, Entry, Run, SavedFilter, Token
from septet.kernel.registry import RecordType, registry
from septet.kernel.work import enqueue
from septet.surfaces.web.entrance.background import mail_sign_in_link
from septet.team.assignments.roles import ROLES
from tests.everything.walk import make

# Every role everywhere, one of them for a single service alone, and the two who have no role at all.
PARTNER, REQUESTER, SCOPED = "partner", "requester", "agent-of-a-service"
PEOPLE = (REQUESTER, PARTNER, SCOPED, *ROLES)
OWN, FOREIGN, RESTRICTED = "own", "foreign", "restricted"
WHOSE = (OWN, FOREIGN, RESTRICTED)
# By which field a record is somebody's, the first that its type lets one set.
BELONGING = ("requester", "person", "owner")


@dataclass
class Stage:
    """The people of the table with their accounts and tokens, and the records that they meet."""

    people: dict[str, Any]
    accounts: dict[str, Account] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    service: Any = None
    company: Any = None

    @cached_property
    def actors(self) -> dict[str, Actor]:
        """All of them, with the rights that they were given."""
        return {name: of_person(person.pk) for name, person in self.people.items()}

    def own(self, name: str, it: RecordType) -> Any:
        """A record of a type that is this person's; None where nothing of this type is anybody's."""
        if it.kind == "person":
            return self.people[name]
        if name == PARTNER:
            shared = make(it.kind)
            perform(shared, "share", OPERATOR, via="cli", party=self.company)
            return shared
        if name == SCOPED and "service" in it.editable:
            return make(it.kind, service=self.service.number)
        by = next((one for one in BELONGING if one in it.editable and it.fields[one].kind == "person"), None)
        return make(it.kind, **{by: self.people[name].number}) if by else None


def engage() -> Stage:
    """The people of the table in an empty database, each with an account and a token."""
    company = create("organisation", OPERATOR, via="cli", title="Supply Ltd", sort="partner")
    people = {
        name: create("person", OPERATOR, via="cli", title=name.replace("-", " ").capitalize(), email=f"{name}@e.org")
        for name in PEOPLE
    }
    perform(people[PARTNER], "edit", OPERATOR, via="cli", customer=company.number)
    stage = Stage(people, company=company, service=make("service"))
    for name, role in ((SCOPED, "agent"), *((role, role) for role in ROLES)):
        fields = {"person": people[name], "role": role, "cluster": "support"}
        where = {"service": stage.service} if name == SCOPED else {}
        perform(create("assignment", OPERATOR, via="cli", fields=fields | where), "activate", OPERATOR, via="cli")
    for name, person in people.items():
        stage.accounts[name] = open_account(person, f"{name}@e.org")
        stage.tokens[name] = new_token(stage.accounts[name], "mine")
    return stage


def others(it: RecordType) -> tuple[Any, Any]:
    """A record of a type that is nobody's of the table, and a restricted one (None where none can be)."""
    secret = None if "confidentiality" in it.hidden else make(it.kind, confidentiality="restricted")
    return make(it.kind), secret


@dataclass(frozen=True)
class Met:
    """What stands in the addresses of one column: a record with its parts, and what belongs to an account."""

    record: Any
    article: Any
    account: Account
    token: int
    filter: int
    run: Run
    file: int
    entry: Entry

    @property
    def values(self) -> dict[str, Any]:
        """The parts of addresses, by the names that the URLconf gives them."""
        return {
            "number": self.record.number,
            "types": registry.types[self.record.kind].path,
            "cluster": registry.types[self.record.kind].cluster,
            "file_id": self.file,
            "attachment": self.file,
            "entry_id": self.entry.pk,
            "request_id": self.entry.request,
            "account_id": self.account.pk,
            "token_id": self.token,
            "filter_id": self.filter,
            "run_id": self.run.pk,
            "run": self.run.pk,
        }


def met(record: Any, account: Account) -> Met:
    """What a column is about: a record, and things of an account."""
    digest, size = content.put([b"a file"])
    name = {"name": "a.txt", "digest": digest, "size": size, "audience": "everybody"}
    perform(record, "attach", OPERATOR, via="cli", params=name)
    article = make("article", confidentiality=record.confidentiality)
    run = enqueue(mail_sign_in_link, account=account.pk, goal="")
    Run.objects.filter(pk=run.pk).update(asked_by=account.person_id)
    filter_ = SavedFilter.objects.create(account=account, kind=record.kind, name=f"view {record.pk}", query="")
    return Met(
        record=record,
        article=article,
        account=account,
        token=Token.objects.filter(account=account).values_list("pk", flat=True)[0],
        filter=filter_.pk,
        run=run,
        file=Attachment.objects.get(record_id=record.pk).pk,
        entry=Entry.objects.filter(record_id=record.pk).latest("pk"),
    )
