"""Who there is: organisations, sites, people, function teams, and the rules they work by."""

from datetime import UTC, datetime, timedelta
from itertools import product

from septet.demo.rhythm import FROZEN, outside_closing
from septet.demo.stage import Stage
from septet.kernel.accounts import open_account

LONG_AGO = 440

ORGANISATIONS = (
    ("harbour", "Harbour & Vale Insurance", "own", "The office itself, with its four offices."),
    ("claims", "Claims", "customer", "The department that settles claims, mostly by telephone."),
    ("sales", "Sales", "customer", "The department that looks after brokers and policies."),
    ("underwriting", "Underwriting", "customer", "Decides which risks are taken, and at what price."),
    ("customer-service", "Customer service", "customer", "Answers policy holders by telephone, letter and mail."),
    ("marine", "Marine", "customer", "Ships and their cargo; most of it is done in Halifax."),
    ("finance", "Finance", "customer", "Books, payments, reinsurance and the closing of each month."),
    ("people", "People", "customer", "Personnel, training and salaries."),
    ("legal", "Legal and compliance", "customer", "Contracts, data protection, the supervisory authority."),
    ("marketing", "Marketing", "customer", "The web site, campaigns and everything with a logo on it."),
    ("facilities", "Facilities", "customer", "Buildings, reception, post and the archive."),
    ("north-quay", "North Quay Brokers", "customer", "Brokers who work with our PolicyBase at their own desks."),
    ("lindqvist-soft", "Lindqvist Soft", "partner", "The maker of ClaimDesk."),
    ("norden-data", "Norden Data", "partner", "The maker of PolicyBase."),
    ("harrow-lane", "Harrow Lane Hardware", "partner", "Notebooks, screens and whatever is plugged into them."),
    ("vale-clinics", "Vale Clinics", "customer", "Six clinics whose policies and desktops we look after."),
    ("telcora", "Telcora Networks", "partner", "Lines between the sites, and telephones."),
    ("brightprint", "Brightprint Services", "partner", "Printers, paper and toner, paid by the page."),
    ("norrhost", "Norrhost Data Centres", "partner", "Racks, power and cooling for the second data room."),
)
SITES = (
    ("bremen", "Bremen head office", "Europe/Berlin", "Schlachte 14, 28195 Bremen", "harbour"),
    ("leeds", "Leeds office", "Europe/London", "20 Wharf Street, Leeds LS2 7EQ", "harbour"),
    ("porto", "Porto office", "Europe/Lisbon", "Rua do Almada 210, 4050-032 Porto", "harbour"),
    ("halifax", "Halifax office", "America/Halifax", "1660 Lower Water Street, Halifax NS B3J 1S2", "harbour"),
    ("hamburg", "Hamburg data centre", "Europe/Berlin", "Grusonstraße 51, 22113 Hamburg", "norrhost"),
)
TEAMS = (
    ("desk", "Service desk", "support", "First contact for everybody: answers, or opens an incident."),
    ("second", "Second level", "support", "Desktops, applications and printers that the desk hands on."),
    ("networks", "Network operations", "infrastructure", "Lines, switches, wireless and telephones of all sites."),
    ("servers", "Server operations", "operations", "Servers, storage, databases, backups and jobs."),
    ("changes", "Change and release", "release", "Leads changes from the request to the review."),
    ("security", "Information security", "security", "Accounts, threats, and what must stay confidential."),
    ("suppliers", "Supplier management", "partner", "Contracts and the work of our suppliers."),
    ("management", "IT management", "service", "Services, agreements and the rules all teams work by."),
)
# Key, name, mail, organisation, site, department, position.
PEOPLE = (
    ("admin", "Ada Marsh", "admin@demo.example", "harbour", "bremen", "IT", "System administrator"),
    ("miriam", "Miriam Okafor", "miriam.okafor@demo.example", "harbour", "bremen", "IT", "IT manager"),
    ("jonas", "Jonas Lindqvist", "jonas.lindqvist@demo.example", "harbour", "bremen", "IT", "Service desk agent"),
    ("priya", "Priya Raman", "priya.raman@demo.example", "harbour", "leeds", "IT", "Service desk agent"),
    ("tomas", "Tomás Herrera", "tomas.herrera@demo.example", "harbour", "porto", "IT", "Service desk agent"),
    ("helen", "Helen Brandt", "helen.brandt@demo.example", "harbour", "bremen", "IT", "Change manager"),
    ("sven", "Sven Halvorsen", "sven.halvorsen@demo.example", "harbour", "bremen", "IT", "Desktop engineer"),
    ("aisha", "Aisha Diallo", "aisha.diallo@demo.example", "harbour", "leeds", "IT", "Application engineer"),
    ("piotr", "Piotr Zielinski", "piotr.zielinski@demo.example", "harbour", "bremen", "IT", "Network engineer"),
    ("carla", "Carla Moreira", "carla.moreira@demo.example", "harbour", "porto", "IT", "Network engineer"),
    ("george", "George Whitfield", "george.whitfield@demo.example", "harbour", "leeds", "IT", "Server engineer"),
    ("yuki", "Yuki Tanaka", "yuki.tanaka@demo.example", "harbour", "bremen", "IT", "Database engineer"),
    ("nadia", "Nadia Haddad", "nadia.haddad@demo.example", "harbour", "bremen", "IT", "Security officer"),
    ("owen", "Owen Pritchard", "owen.pritchard@demo.example", "harbour", "leeds", "IT", "Supplier manager"),
    ("lena", "Lena Fischer", "lena.fischer@demo.example", "claims", "bremen", "Claims", "Claims handler"),
    ("marc", "Marc Dubois", "marc.dubois@demo.example", "claims", "bremen", "Claims", "Head of claims"),
    ("fiona", "Fiona Gallagher", "fiona.gallagher@demo.example", "claims", "leeds", "Claims", "Claims handler"),
    ("rui", "Rui Carvalho", "rui.carvalho@demo.example", "claims", "porto", "Claims", "Claims handler"),
    ("ingrid", "Ingrid Solberg", "ingrid.solberg@demo.example", "claims", "bremen", "Claims", "Loss adjuster"),
    ("daniel", "Daniel Kovacs", "daniel.kovacs@demo.example", "sales", "bremen", "Sales", "Broker manager"),
    ("beatriz", "Beatriz Lopes", "beatriz.lopes@demo.example", "sales", "porto", "Sales", "Sales assistant"),
    ("edward", "Edward Hughes", "edward.hughes@demo.example", "sales", "leeds", "Sales", "Head of sales"),
    ("katrin", "Katrin Vogel", "katrin.vogel@demo.example", "sales", "bremen", "Sales", "Underwriter"),
    ("samuel", "Samuel Adeyemi", "samuel.adeyemi@demo.example", "harbour", "leeds", "Finance", "Accountant"),
    ("julia", "Julia Petersen", "julia.petersen@demo.example", "harbour", "bremen", "Finance", "Head of finance"),
    ("ana", "Ana Ferreira", "ana.ferreira@demo.example", "harbour", "porto", "People", "Personnel officer"),
    ("thomas", "Thomas Beck", "thomas.beck@demo.example", "harbour", "bremen", "Board", "Managing director"),
    ("ruth", "Dr. Ruth Ashworth", "ruth.ashworth@valeclinics.example", "vale-clinics", None, "Practice", "Physician"),
    ("colin", "Colin Mercer", "colin.mercer@valeclinics.example", "vale-clinics", None, "Office", "Practice manager"),
    ("stefan", "Stefan Lange", "stefan.lange@telcora.example", "telcora", None, "Operations", "Service manager"),
    (
        "olivia",
        "Olivia Barnes",
        "olivia.barnes@brightprint.example",
        "brightprint",
        None,
        "Field service",
        "Technician",
    ),
    ("lars", "Lars Nyström", "lars.nystrom@norrhost.example", "norrhost", None, "Data centre", "Shift leader"),
)
# The head of each team.
OWNERS = {
    "desk": "jonas", "second": "sven", "networks": "piotr", "servers": "george", "changes": "helen",
    "security": "nadia", "suppliers": "owen", "management": "miriam",
}  # fmt: skip
# Whom the sign-in links are for.
ROLES = {
    "Administrator": "admin",
    "IT manager": "miriam",
    "Service desk agent": "jonas",
    "Change manager": "helen",
    "End user": "lena",
    "Partner contact": "stefan",
}
# Key, in how many days, for how many hours, title, site, purpose.
WINDOWS_TO_COME = (
    ("power-hamburg", 16, 6, "Norrhost works on the power in Hamburg", "hamburg", "blackout"),
    ("move-halifax", 11, 5, "Halifax moves its server room one floor up", "halifax", "maintenance"),
    ("cables-leeds", 33, 4, "New cables on floor 3 in Leeds", "leeds", "maintenance"),
)
# Who looks after the records of the demo itself.
MANAGER = "miriam"


def set_up(stage: Stage) -> None:
    """Organisations, sites, people with their accounts, and teams."""
    then = stage.ago(LONG_AGO, "08:00")
    for key, title, sort, description in ORGANISATIONS:
        stage.open("organisation", key, then, title=title, sort=sort, description=description)
    for key, title, zone, address, owner in SITES:
        stage.open("site", key, then, title=title, zone=zone, address=address, customer=f"@{owner}")
        stage.act(key, "open", then)
    for key, name, mail, organisation, site, department, position in PEOPLE:
        person = stage.open(
            "person",
            key,
            then,
            title=name,
            email=mail,
            customer=f"@{organisation}",
            site=f"@{site}" if site else None,
            department=department,
            position=position,
        )
        open_account(person, mail, zone="Europe/Berlin")
    for key, title, cluster, description in TEAMS:
        owner = f"@{OWNERS[key]}"
        stage.open("function-team", key, then, title=title, cluster=cluster, description=description, owner=owner)


def set_rules(stage: Stage) -> None:
    """The rules that everybody works by."""
    then = stage.ago(LONG_AGO, "09:00")
    stage.open(
        "priority-matrix", "matrix", then, MANAGER, title="Priorities of all incidents", valid_from=then.isoformat()
    )
    for impact, urgency in product(range(1, 6), repeat=2):
        priority = max(1, min(5, (impact + urgency) // 2))
        stage.act("matrix", "set-cell", then, MANAGER, impact=impact, urgency=urgency, priority=priority)
    stage.open(
        "business-calendar",
        "office-hours",
        then,
        MANAGER,
        title="Office hours",
        zone="Europe/Berlin",
        weekly={day: [["08:00", "18:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
        holidays_of="DE-HB",
    )
    sunday = stage.ago((stage.now.weekday() + 1) % 7 + 7, "02:00")
    stage.open(
        "window",
        "sunday",
        then,
        MANAGER,
        title="Sunday maintenance",
        starts_at=sunday.isoformat(),
        ends_at=sunday.replace(hour=6).isoformat(),
        rule="FREQ=WEEKLY;BYDAY=SU",
        zone="Europe/Berlin",
    )
    for key, days, hours, title, site, purpose in WINDOWS_TO_COME:
        begins_at = outside_closing(stage.ago(-days, "19:00"), stage.now)
        stage.open(
            "window",
            key,
            stage.ago(16, "11:00"),
            MANAGER,
            title=title,
            site=f"@{site}",
            purpose=purpose,
            starts_at=begins_at.isoformat(),
            ends_at=(begins_at + timedelta(hours=hours)).isoformat(),
        )
    begins, ends = FROZEN
    # In the first days of January the present one, which began last year.
    year = stage.now.year - ((stage.now.month, stage.now.day) <= ends)
    closing = datetime(year, *begins, tzinfo=UTC)
    stage.open(
        "window",
        "year-end",
        then,
        MANAGER,
        title="Year-end closing: no changes",
        purpose="freeze",
        starts_at=closing.isoformat(),
        ends_at=closing.replace(year=year + 1, month=ends[0], day=ends[1] + 1).isoformat(),
    )
