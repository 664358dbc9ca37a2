"""The service catalogue of the demo."""

from dataclasses import dataclass
from itertools import count

from septet.demo.stage import Stage
from septet.lib.drafts import Step

BUILT = 428
DESK = "Service desk, weekdays 8 to 18, telephone 4444"
ALWAYS = "Service desk; at night the on-call engineer, telephone 4444"
ROUND, LONG, OFFICE = "around the clock", "weekdays 7 to 20", "weekdays 8 to 18"


@dataclass(frozen=True, slots=True)
class Offered:
    """A service: how much the business depends on it (1 is vital), when it runs, who owns it, which items it needs."""

    key: str
    title: str
    criticality: int
    hours: str
    owner: str
    users: str
    description: str
    needs: tuple[str, ...] = ()
    price: str = "Included"
    prerequisites: str = ""


SERVICES = (
    Offered(
        "claims-handling",
        "Claims handling",
        1,
        LONG,
        "aisha",
        "Claims, Marine, Customer service",
        "ClaimDesk with its documents and payments: from the first call to the last cent.",
        ("app-claimdesk", "app-docstore"),
        "34 € per user and month",
        "A training of half a day, and a ClaimDesk role.",
    ),
    Offered(
        "policies",
        "Policy administration",
        1,
        LONG,
        "benedikt",
        "Sales, Underwriting, brokers",
        "PolicyBase: contracts, premiums, brokers, renewals.",
        ("app-policybase",),
        "41 € per user and month",
    ),
    Offered(
        "broker-portal",
        "Broker portal",
        1,
        ROUND,
        "benedikt",
        "400 brokers and their staff",
        "Brokers quote, bind and look up policies on the web.",
        ("app-brokerweb", "app-policybase"),
    ),
    Offered(
        "mail",
        "Mail and calendar",
        2,
        ROUND,
        "ines",
        "Everybody",
        "Mail, calendars and meeting rooms.",
        ("app-mail",),
        "4 € per mailbox and month",
    ),
    Offered(
        "network",
        "Network and internet",
        1,
        ROUND,
        "piotr",
        "Everybody",
        "Lines between the sites, wireless, and the way into the internet.",
        ("sw-core-bre-1", "sw-core-bre-2", "line-net"),
    ),
    Offered(
        "remote-access",
        "Remote access",
        2,
        ROUND,
        "piotr",
        "Whoever works at home or on the road",
        "Everything you have at your desk, wherever you are.",
        ("app-vpn",),
        prerequisites="A notebook of ours and the code on your telephone.",
    ),
    Offered(
        "files",
        "Files and documents",
        2,
        ROUND,
        "graham",
        "Everybody",
        "Shared folders, with the versions of the last 90 days.",
        ("app-files",),
        "0.08 € per GB and month",
    ),
    Offered(
        "archive",
        "Document archive",
        2,
        OFFICE,
        "graham",
        "Claims, Finance, Legal",
        "What the law wants kept for ten years, unchangeable and to be found again.",
        ("app-archive",),
    ),
    Offered(
        "workplace",
        "Workplace",
        3,
        OFFICE,
        "sven",
        "Everybody",
        "A computer with all it needs, at a desk or at home.",
        ("app-deploy",),
        "62 € per month",
    ),
    Offered(
        "printing",
        "Printing",
        3,
        OFFICE,
        "birgit",
        "Everybody",
        "Print, copy and scan on every floor.",
        ("app-print",),
        "3 cents a page",
    ),
    Offered(
        "telephony", "Telephones", 2, ROUND, "carla", "Everybody", "Telephones, headsets and video calls.", ("pbx",)
    ),
    Offered(
        "hotline",
        "Claims hotline",
        1,
        ROUND,
        "carla",
        "Claims, Customer service",
        "The queue in which policy holders wait, its announcements and its figures.",
        ("pbx", "app-queue"),
    ),
    Offered(
        "payroll", "Payroll", 2, OFFICE, "yuki", "People, Finance", "Salaries and travel expenses.", ("app-payroll",)
    ),
    Offered(
        "ledger",
        "Accounting",
        2,
        LONG,
        "yuki",
        "Finance",
        "The books, payments and the closing of the month.",
        ("app-ledger",),
    ),
    Offered(
        "reinsurance",
        "Reinsurance",
        3,
        OFFICE,
        "yuki",
        "Finance, Underwriting",
        "Treaties, shares and accounts with reinsurers.",
        ("app-reinsure",),
    ),
    Offered(
        "warehouse",
        "Reports and figures",
        3,
        OFFICE,
        "petra",
        "Management, Underwriting, Finance",
        "Yesterday's figures at eight in the morning.",
        ("app-warehouse",),
    ),
    Offered(
        "intranet",
        "Intranet",
        4,
        ROUND,
        "eleanor",
        "Everybody",
        "News, forms, the telephone book and the canteen.",
        ("app-intranet",),
    ),
    Offered(
        "web-site",
        "Public web site",
        2,
        ROUND,
        "chloe",
        "Policy holders",
        "What we offer, and how to report a damage.",
        ("app-web", "app-loadbalancer"),
    ),
    Offered(
        "identity",
        "Accounts and sign-in",
        1,
        ROUND,
        "admin",
        "Everybody",
        "One account for everything, with a second factor.",
        ("app-directory", "app-sso"),
    ),
    Offered(
        "backup",
        "Backup and restore",
        2,
        ROUND,
        "graham",
        "IT, and whoever lost a file",
        "Copies of everything, every night, in two places.",
        ("app-backup",),
    ),
    Offered(
        "marine-desk",
        "Marine desk",
        2,
        "weekdays 8 to 18 in Halifax",
        "liam",
        "Marine",
        "HullFile: ships, voyages, surveys and cargo.",
        ("app-hullfile",),
    ),
    Offered(
        "esign",
        "Electronic signature",
        3,
        OFFICE,
        "chloe",
        "Sales, Legal",
        "Contracts signed without paper.",
        ("app-esign",),
    ),
    Offered(
        "training",
        "Learning platform",
        4,
        OFFICE,
        "eleanor",
        "Everybody",
        "Courses, and the yearly tests that the law asks for.",
        ("app-learn",),
    ),
    Offered(
        "telematics",
        "Fleet telematics",
        3,
        OFFICE,
        "aisha",
        "Underwriting, Marine",
        "Positions and mileage of insured fleets.",
        ("app-telematics",),
    ),
    Offered(
        "test-lab",
        "Test environments",
        4,
        OFFICE,
        "walter",
        "IT",
        "A copy of everything that matters, without real names in it.",
        ("app-testlab",),
    ),
)


def write_services(stage: Stage) -> None:
    """All services, live for long; what they need follows with the items."""
    then = stage.ago(BUILT, "10:00")
    drafts = []
    for one, minutes in zip(SERVICES, count(1), strict=False):
        fields = {"title": one.title, "criticality": one.criticality, "hours": one.hours, "owner": f"@{one.owner}"}
        texts = {
            "users": one.users,
            "description": one.description,
            "price": one.price,
            "prerequisites": one.prerequisites,
        }
        # What nobody wrote down is missing in the catalogue, too.
        support = {} if one.key in {"telematics", "training"} else {"support": ALWAYS if one.hours == ROUND else DESK}
        draft = stage.draft("service", one.key, then, **fields, **texts, **support, customer="@harbour")
        draft.steps.append(
            Step(stage.ago(BUILT - 2, f"11:{minutes:02d}"), "launch", {"state": "live"}, actor=stage.id("miriam"))
        )
        drafts.append(draft)
    stage.write(drafts)
