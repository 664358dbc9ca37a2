"""Those for whom IT works: some with a part in a story, hundreds without, and contacts at customers and partners."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from septet.demo.chance import seeded
from septet.demo.people.names import DEPARTMENTS, NAMES
from septet.demo.people.staff import STAFF, address
from septet.demo.rhythm import PLACES
from septet.demo.stage import Stage
from septet.kernel.models import Account
from septet.lib.drafts import Draft, Step

SEED = 11
USERS = 900
LONG_AGO = 440
JOINED_LATELY, LEFT_LATELY = 0.09, 0.05
# Key, name, organisation, site, department, position.
NAMED = (
    ("lena", "Lena Fischer", "claims", "bremen", "Claims", "Claims handler"),
    ("marc", "Marc Dubois", "claims", "bremen", "Claims", "Head of claims"),
    ("fiona", "Fiona Gallagher", "claims", "leeds", "Claims", "Claims handler"),
    ("rui", "Rui Carvalho", "claims", "porto", "Claims", "Claims handler"),
    ("ingrid", "Ingrid Solberg", "claims", "bremen", "Claims", "Loss adjuster"),
    ("daniel", "Daniel Kovacs", "sales", "bremen", "Sales", "Broker manager"),
    ("beatriz", "Beatriz Lopes", "sales", "porto", "Sales", "Sales assistant"),
    ("edward", "Edward Hughes", "sales", "leeds", "Sales", "Head of sales"),
    ("katrin", "Katrin Vogel", "sales", "bremen", "Sales", "Underwriter"),
    ("anneke", "Anneke de Vries", "underwriting", "bremen", "Underwriting", "Chief underwriter"),
    ("callum", "Callum MacRae", "marine", "halifax", "Marine", "Head of marine"),
    ("samuel", "Samuel Adeyemi", "finance", "leeds", "Finance", "Accountant"),
    ("julia", "Julia Petersen", "finance", "bremen", "Finance", "Head of finance"),
    ("ana", "Ana Ferreira", "people", "porto", "People", "Personnel officer"),
    ("gudrun", "Gudrun Meinert", "customer-service", "bremen", "Customer service", "Head of customer service"),
    ("thomas", "Thomas Beck", "harbour", "bremen", "Board", "Managing director"),
)
# Contacts elsewhere: key, name, organisation, domain, department, position.
CONTACTS = (
    ("ruth", "Dr. Ruth Ashworth", "vale-clinics", "valeclinics.example", "Practice", "Physician"),
    ("colin", "Colin Mercer", "vale-clinics", "valeclinics.example", "Office", "Practice manager"),
    ("hilde", "Hilde Aas", "north-quay", "northquay.example", "Office", "Office manager"),
    ("stefan", "Stefan Lange", "telcora", "telcora.example", "Operations", "Service manager"),
    ("renate", "Renate Albers", "telcora", "telcora.example", "Operations", "Dispatcher"),
    ("olivia", "Olivia Barnes", "brightprint", "brightprint.example", "Field service", "Technician"),
    ("keith", "Keith Morley", "brightprint", "brightprint.example", "Customers", "Customer manager"),
    ("lars", "Lars Nyström", "norrhost", "norrhost.example", "Data centre", "Shift leader"),
    ("viktor", "Viktor Lindqvist", "lindqvist-soft", "lindqvistsoft.example", "Support", "Product support"),
    ("agnes", "Agnes Norden", "norden-data", "nordendata.example", "Support", "Release manager"),
)


@dataclass(frozen=True, slots=True)
class User:
    """Somebody who asks IT for help, from when to when."""

    key: str
    name: str
    organisation: str
    site: str
    department: str
    position: str
    joined: datetime
    left: datetime | None = None

    def there(self, at: datetime) -> bool:
        """Whether they worked here at a moment."""
        return self.joined <= at and (self.left is None or at < self.left)


def users(stage: Stage) -> list[User]:
    """Everybody who works here outside IT, those with a name of their own first."""
    begun = stage.ago(LONG_AGO, "06:00")
    return [*(User(*row, joined=begun) for row in NAMED), *_generated(stage, begun)]


def _generated(stage: Stage, begun: datetime) -> Iterator[User]:
    chance = seeded(SEED)
    taken = {address(row[1]) for row in NAMED} | {one.mail for one in STAFF}
    shares = [one.share for one in PLACES]
    for number in range(stage.scaled(USERS, 60) - len(NAMED)):
        place = chance.choices(PLACES, shares)[0]
        given, family = NAMES[place.key]
        while address(name := f"{chance.choice(given)} {chance.choice(family)}") in taken:
            pass
        taken.add(address(name))
        organisation, department, _, positions = chance.choices(DEPARTMENTS, [one[2] for one in DEPARTMENTS])[0]
        joined, left, fate = begun, None, chance.random()
        if fate < JOINED_LATELY:
            # People begin on the first of a month.
            day = (stage.now - timedelta(days=chance.uniform(20, 400))).replace(day=1, hour=7, minute=0)
            joined = day.replace(second=0, microsecond=0)
        elif fate < JOINED_LATELY + LEFT_LATELY:
            left = stage.ago(chance.randint(25, 400), "16:00")
        position = positions[min(int(len(positions) * chance.random() ** 1.6), len(positions) - 1)]
        yield User(f"user-{number + 1}", name, organisation, place.key, department, position, joined, left)


def write_people(stage: Stage, everybody: list[User]) -> None:
    """Write everybody: users, IT, contacts elsewhere; and give each who is here a login."""
    begun = stage.ago(LONG_AGO, "06:00")
    zones = {one.key: one.zone for one in PLACES}
    drafts: list[Draft] = []
    for one in everybody:
        if one.key in stage:
            continue
        drafts.append(
            _draft(
                stage,
                one.key,
                one.name,
                address(one.name),
                one.joined,
                one.organisation,
                one.site,
                one.department,
                one.position,
                len(drafts),
            )
        )
        if one.left is not None:
            drafts[-1].steps.append(Step(one.left, "leave", {"state": "left"}))
    for colleague in STAFF:
        if colleague.key in stage:
            continue
        joined = stage.ago(colleague.joined, "07:00") if colleague.joined else begun
        drafts.append(
            _draft(
                stage,
                colleague.key,
                colleague.name,
                colleague.mail,
                joined,
                "harbour",
                colleague.site,
                "IT",
                colleague.position,
                len(drafts),
            )
        )
    for key, name, organisation, domain, department, position in CONTACTS:
        if key in stage:
            continue
        drafts.append(
            _draft(stage, key, name, address(name, domain), begun, organisation, "", department, position, len(drafts))
        )
    stage.write(drafts)
    _open_accounts(stage, drafts, zones)


def _draft(
    stage: Stage, key: str, name: str, mail: str, joined: datetime, organisation: str, site: str, department: str,
    position: str, number: int,
) -> Draft:  # fmt: skip
    at_site = {"site": f"@{site}"} if site else {}
    codes = {"bremen": "+49 421 5550", "leeds": "+44 113 555", "porto": "+351 22 555", "halifax": "+1 902 555"}
    phone = f"{codes[site]}-{1000 + number * 7 % 9000}" if site else ""
    return stage.draft(
        "person",
        key,
        joined,
        title=name,
        email=mail,
        customer=f"@{organisation}",
        department=department,
        position=position,
        phone=phone,
        **at_site,
    )


def _open_accounts(stage: Stage, drafts: list[Draft], zones: dict[str, str]) -> None:
    """Logins for all who are here, in the zone of their site; they come in by a sign-in link."""
    site_of = {stage.id(place): zone for place, zone in zones.items()}
    accounts = []
    for draft in drafts:
        if draft.steps:
            continue
        assert draft.key is not None
        zone = site_of.get(int(str(draft.fields.get("site", 0))), "Europe/Berlin")
        account = Account(email=str(draft.fields["email"]), person_id=stage.id(draft.key[1]), zone=zone)
        account.set_unusable_password()
        accounts.append(account)
    Account.objects.bulk_create(accounts)
