"""Those who work in IT: where, as what, in which teams, since when."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a function team: in which role (the team's usual one if empty), with what share of the time, and who
    stands in."""

    team: str
    share: int = 100
    role: str = ""
    deputy: str = ""


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of IT. `joined` and `left` are days ago; 0 is: long ago, and not at all."""

    key: str
    name: str
    site: str
    position: str
    places: tuple[Place, ...]
    joined: int = 0
    left: int = 0
    skill: int = 3

    @property
    def mail(self) -> str:
        """The mail address that comes of the name."""
        return address(self.name)


PLAIN = str.maketrans("áàâãäåçéèêëíìîïñóòôõöøúùûüýšžčřěůł", "aaaaaaceeeeiiiinoooooouuuuyszcreul")


def address(name: str, domain: str = "demo.example") -> str:
    """The mail address of a name."""
    plain = name.lower().replace("ß", "ss").replace("dr. ", "").translate(PLAIN)
    return f"{'.'.join(plain.replace('-', ' ').split())}@{domain}"


STAFF = (
    # Release
    Colleague("helen", "Helen Brandt", "bremen", "Change manager", (Place("changes", 100, "", "astrid"),), skill=4),
    Colleague(
        "astrid",
        "Astrid Nyberg",
        "bremen",
        "Change coordinator",
        (Place("changes", 60, "", "helen"), Place("quality-assurance", 40)),
    ),
    Colleague(
        "dmitri",
        "Dmitri Volkov",
        "bremen",
        "Release engineer",
        (Place("release-engineering", 100, "", "chloe"),),
        skill=4,
    ),
    Colleague(
        "chloe",
        "Chloe Bennett",
        "leeds",
        "Release engineer",
        (Place("release-engineering", 80, "", "dmitri"), Place("software-distribution", 20)),
    ),
    Colleague(
        "henning",
        "Henning Krause",
        "bremen",
        "Configuration manager",
        (Place("configuration-control", 100, "", "sofia"),),
        skill=4,
    ),
    Colleague(
        "sofia",
        "Sofia Marques",
        "porto",
        "Licence and software manager",
        (Place("software-distribution", 80, "", "chloe"), Place("configuration-control", 20)),
        skill=4,
    ),
    Colleague("walter", "Walter Osei", "leeds", "Test lead", (Place("quality-assurance", 100, "", "astrid"),)),
    # Infrastructure
    Colleague(
        "ingeborg",
        "Ingeborg Thorsen",
        "bremen",
        "Head of infrastructure",
        (Place("enterprise-architecture", 60, "", "matteo"), Place("resource-planning", 40)),
        skill=4,
    ),
    Colleague(
        "liam",
        "Liam Fraser",
        "halifax",
        "Infrastructure engineer",
        (Place("infrastructure-engineering", 100, "", "hannah"),),
    ),
    Colleague(
        "hannah",
        "Hannah Wilkes",
        "leeds",
        "Infrastructure engineer",
        (Place("infrastructure-engineering", 100, "", "liam"),),
        joined=265,
    ),
    Colleague(
        "matteo", "Matteo Ricci", "bremen", "Capacity manager", (Place("capacity-management", 100, "", "ingeborg"),)
    ),
    Colleague(
        "judith",
        "Judith Kramer",
        "bremen",
        "IT controller",
        (Place("cost-management", 80), Place("resource-planning", 20)),
    ),
    # Support
    Colleague(
        "margaret",
        "Margaret Doyle",
        "leeds",
        "Head of support",
        (Place("desk", 60, "", "jonas"), Place("problem-management", 40)),
        skill=4,
    ),
    Colleague("jonas", "Jonas Lindqvist", "bremen", "Service desk agent", (Place("desk", 100, "", "felix"),), skill=4),
    Colleague("felix", "Felix Baumann", "bremen", "Service desk agent", (Place("desk", 100, "", "jonas"),)),
    Colleague("priya", "Priya Raman", "leeds", "Service desk agent", (Place("desk", 100, "", "zainab"),)),
    Colleague("zainab", "Zainab Yusuf", "leeds", "Service desk agent", (Place("desk", 100, "", "priya"),)),
    Colleague("tomas", "Tomás Herrera", "porto", "Service desk agent", (Place("desk", 100, "", "nuno"),)),
    Colleague(
        "nuno", "Nuno Teixeira", "porto", "Service desk agent", (Place("desk", 100, "", "tomas"),), joined=150, skill=2
    ),
    Colleague("emma", "Emma Clarke", "halifax", "Service desk agent", (Place("desk", 100, "", "liam"),)),
    Colleague("sven", "Sven Halvorsen", "bremen", "Desktop engineer", (Place("second", 100, "", "aisha"),), skill=4),
    Colleague(
        "aisha", "Aisha Diallo", "leeds", "Application engineer", (Place("second", 100, "", "benedikt"),), skill=4
    ),
    Colleague("benedikt", "Benedikt Hartwig", "bremen", "Application engineer", (Place("second", 100, "", "aisha"),)),
    Colleague(
        "rosalind",
        "Rosalind Pike",
        "leeds",
        "Problem manager",
        (Place("problem-management", 80, "", "margaret"), Place("second", 20)),
        skill=4,
    ),
    # Operations
    Colleague(
        "george",
        "George Whitfield",
        "leeds",
        "Head of operations",
        (Place("servers", 60, "", "graham"), Place("monitoring", 20)),
        skill=4,
    ),
    Colleague(
        "graham", "Graham Ellis", "bremen", "Storage and backup engineer", (Place("servers", 100, "", "george"),)
    ),
    Colleague("yuki", "Yuki Tanaka", "bremen", "Database engineer", (Place("database-operations", 100, "", "graham"),)),
    Colleague(
        "marek",
        "Marek Dvorak",
        "bremen",
        "Senior database engineer",
        (Place("database-operations", 100, "", "yuki"),),
        left=52,
        skill=4,
    ),
    Colleague(
        "piotr", "Piotr Zielinski", "bremen", "Network engineer", (Place("networks", 100, "", "carla"),), skill=4
    ),
    Colleague(
        "carla",
        "Carla Moreira",
        "porto",
        "Network engineer",
        (Place("networks", 70, "", "piotr"), Place("infrastructure-engineering", 30)),
    ),
    Colleague("ines", "Inês Duarte", "porto", "Messaging engineer", (Place("messaging-operations", 100, "", "laura"),)),
    Colleague("kofi", "Kofi Mensah", "bremen", "Monitoring engineer", (Place("monitoring", 100, "", "laura"),)),
    Colleague(
        "laura",
        "Laura Stein",
        "bremen",
        "Server engineer",
        (Place("monitoring", 60, "", "kofi"), Place("messaging-operations", 40)),
    ),
    Colleague(
        "admin", "Ada Marsh", "bremen", "System administrator", (Place("management", 60, "administrator", "miriam"),)
    ),
    # Partner
    Colleague(
        "owen",
        "Owen Pritchard",
        "leeds",
        "Supplier manager",
        (Place("suppliers", 60, "", "birgit"), Place("managed-services", 40)),
    ),
    Colleague(
        "birgit",
        "Birgit Sommer",
        "bremen",
        "Contract manager",
        (Place("maintenance-vendors", 70, "", "owen"), Place("environment-support", 30)),
    ),
    Colleague(
        "paulo",
        "Paulo Antunes",
        "porto",
        "Supplier manager",
        (Place("managed-services", 80, "", "owen"), Place("suppliers", 20)),
        joined=330,
    ),
    # Security
    Colleague(
        "nadia",
        "Nadia Haddad",
        "bremen",
        "Security officer",
        (Place("security", 100, "change-manager", "ravi"),),
        skill=4,
    ),
    Colleague(
        "ravi",
        "Ravi Menon",
        "leeds",
        "Security analyst",
        (Place("intrusion-detection", 60, "", "oskar"), Place("virus-protection", 40)),
    ),
    Colleague(
        "claudia", "Claudia Weiss", "bremen", "Internal auditor", (Place("audit-and-compliance", 100, "", "nadia"),)
    ),
    Colleague(
        "oskar",
        "Oskar Lund",
        "bremen",
        "Continuity planner",
        (Place("contingency-planning", 60, "", "ravi"), Place("intellectual-property", 40)),
    ),
    # Service
    Colleague("miriam", "Miriam Okafor", "bremen", "IT manager", (Place("management", 100, "", "eleanor"),), skill=4),
    Colleague(
        "eleanor",
        "Eleanor Price",
        "leeds",
        "Service manager",
        (Place("portfolio-management", 50, "", "miriam"), Place("catalogue-management", 50)),
    ),
    Colleague("joao", "João Figueira", "porto", "Account manager", (Place("account-management", 100, "", "eleanor"),)),
    Colleague(
        "petra", "Petra Lindholm", "bremen", "Reporting analyst", (Place("service-reporting", 100, "", "eleanor"),)
    ),
)
STAFF_BY_KEY = {one.key: one for one in STAFF}


def members(team: str) -> list[str]:
    """Who works in a team, or did."""
    return [one.key for one in STAFF if any(place.team == team for place in one.places)]
