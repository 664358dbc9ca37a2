"""Who carries what: assignments with their share of time and deputies, who answers for each role cluster, what people
know and teams need, who is away."""

from datetime import datetime, timedelta
from typing import Any

from septet.demo.organisation import LONG_AGO, MANAGER
from septet.demo.stage import Stage

# Team, person, role, per cent of their time, deputy; one with a site or a technology is for that alone.
WORK: tuple[tuple[str, str, str, int, str, dict[str, str]], ...] = (
    ("management", "admin", "administrator", 60, "miriam", {}),
    ("management", "miriam", "manager", 70, "admin", {}),
    ("desk", "jonas", "agent", 80, "priya", {}),
    ("desk", "priya", "agent", 90, "jonas", {}),
    ("desk", "tomas", "agent", 60, "priya", {}),
    ("second", "tomas", "agent", 30, "sven", {"site": "@porto"}),
    ("second", "sven", "agent", 90, "aisha", {}),
    ("second", "aisha", "agent", 80, "sven", {}),
    ("networks", "piotr", "agent", 75, "carla", {}),
    ("networks", "carla", "agent", 90, "piotr", {}),
    ("servers", "george", "agent", 90, "yuki", {}),
    ("servers", "yuki", "agent", 60, "george", {}),
    ("servers", "yuki", "agent", 30, "george", {"technology": "@type-database"}),
    ("changes", "helen", "change-manager", 70, "miriam", {}),
    ("security", "nadia", "change-manager", 60, "piotr", {}),
    ("suppliers", "owen", "agent", 60, "miriam", {}),
)
# Role cluster, who answers for it, their role, per cent of their time, deputy, and of which service if not of all.
# Nobody answers for the supplier of Payroll; Nadia is Security and answers for one partner, which needs a control.
ANSWERING = (
    ("release", "helen", "change-manager", 20, "miriam", ""),
    ("infrastructure", "piotr", "agent", 20, "carla", ""),
    ("support", "jonas", "agent", 15, "priya", ""),
    ("operations", "yuki", "agent", 20, "george", ""),
    ("operations", "aisha", "agent", 10, "yuki", "claims-handling"),
    ("security", "nadia", "change-manager", 20, "", ""),
    ("service", "miriam", "manager", 20, "admin", ""),
    ("partner", "owen", "agent", 10, "miriam", "network"),
    ("partner", "owen", "agent", 5, "miriam", "telephony"),
    ("partner", "owen", "agent", 5, "miriam", "printing"),
    ("partner", "owen", "agent", 5, "miriam", "mail"),
    ("partner", "owen", "agent", 5, "miriam", "workplace"),
    ("partner", "owen", "agent", 5, "miriam", "claims-handling"),
    ("partner", "owen", "agent", 5, "miriam", "policies"),
    ("partner", "nadia", "agent", 10, "owen", "files"),
)
# Team -> skill -> level from 0 to 4, and in how many people.
NEEDS = {
    "desk": {"customer-contact": (3, 3), "incident-handling": (3, 2)},
    "second": {"application-support": (3, 2), "windows-administration": (3, 1), "root-cause-analysis": (2, 1)},
    "networks": {"networking": (3, 2), "monitoring": (2, 1)},
    "servers": {"databases": (3, 2), "linux-administration": (3, 1), "backup-and-restore": (3, 1)},
    "changes": {"change-management": (3, 1), "release-engineering": (2, 1)},
    "security": {"information-security": (3, 1), "intrusion-detection": (2, 1)},
    "suppliers": {"contract-management": (3, 1)},
    "management": {"service-level-management": (3, 1), "it-finance": (2, 1)},
}
# Person -> skill -> level, and perhaps a certificate with the days for which it is still good.
SKILLS: dict[str, dict[str, tuple[int, str, int]]] = {
    "admin": {"linux-administration": (3, "", 0), "it-finance": (1, "", 0)},
    "miriam": {"service-level-management": (4, "", 0), "it-finance": (3, "", 0), "contract-management": (2, "", 0)},
    "jonas": {"customer-contact": (4, "", 0), "incident-handling": (3, "", 0), "windows-administration": (2, "", 0)},
    "priya": {"customer-contact": (3, "", 0), "incident-handling": (3, "", 0)},
    "tomas": {"customer-contact": (3, "", 0), "incident-handling": (2, "", 0), "application-support": (2, "", 0)},
    "sven": {"windows-administration": (4, "MD-102", 35), "application-support": (3, "", 0)},
    "aisha": {"application-support": (4, "", 0), "databases": (2, "", 0), "root-cause-analysis": (3, "", 0)},
    "piotr": {"networking": (4, "CCNP", 300), "monitoring": (3, "", 0), "information-security": (2, "", 0)},
    "carla": {"networking": (3, "CCNA", -12), "monitoring": (2, "", 0)},
    "george": {"linux-administration": (4, "RHCE", 410), "backup-and-restore": (4, "", 0), "databases": (2, "", 0)},
    "yuki": {"databases": (4, "", 0), "linux-administration": (3, "", 0), "backup-and-restore": (2, "", 0)},
    "helen": {"change-management": (4, "", 0), "release-engineering": (3, "", 0)},
    "nadia": {"information-security": (4, "CISSP", 500), "intrusion-detection": (3, "", 0)},
    "owen": {"contract-management": (3, "", 0), "service-level-management": (2, "", 0)},
}


def hire(stage: Stage) -> None:
    """Put everybody to work in their team; what is for one technology waits until there is one."""
    for one in WORK:
        if "technology" not in one[-1]:
            _work(stage, *one)


def answer(stage: Stage) -> None:
    """Name those who answer for the role clusters, what everybody knows, and who is away just now."""
    for one in WORK:
        if "technology" in one[-1]:
            _work(stage, *one)
    then = stage.ago(LONG_AGO - 30, "09:00")
    for cluster, person, role, share, deputy, service in ANSWERING:
        fields: dict[str, Any] = {"cluster": cluster, "role": role, "share": share, "accountability": "accountable"}
        if deputy:
            fields["deputy"] = f"@{deputy}"
        if service:
            fields["service"] = f"@{service}"
        _assign(stage, then, f"answers-{cluster}-{service}", person, fields)
    _skills(stage, stage.ago(LONG_AGO - 40, "10:00"))
    _project(stage)
    stage.open(
        "absence", "leave-yuki", stage.ago(20, "11:00"), "yuki", person="@yuki", sort="leave", deputy="@george",
        starts_at=stage.ago(2, "06:00").isoformat(), ends_at=stage.ago(-5, "22:00").isoformat(),
    )  # fmt: skip
    stage.act("leave-yuki", "begin", stage.ago(2, "06:00"), MANAGER)


def _work(stage: Stage, team: str, person: str, role: str, share: int, deputy: str, where: dict[str, str]) -> None:
    fields = {"team": f"@{team}", "role": role, "share": share, "deputy": f"@{deputy}", **where}
    key = "-".join(("work", person, team, *where))
    _assign(stage, stage.ago(LONG_AGO, "08:30"), key, person, fields)


def _assign(stage: Stage, then: datetime, key: str, person: str, fields: dict[str, Any]) -> None:
    stage.open("assignment", key, then, person=f"@{person}", **fields)
    stage.act(key, "activate", then)


def _skills(stage: Stage, then: datetime) -> None:
    for team, needed in NEEDS.items():
        for skill, (level, people) in needed.items():
            stage.act(team, "need-skill", then, MANAGER, skill=f"septet:{skill}", level=level, people=people)
    for person, known in SKILLS.items():
        for skill, (level, certificate, days) in known.items():
            last = {"expires_on": (stage.now + timedelta(days=days)).date().isoformat()} if days else {}
            stage.act(
                person,
                "set-skill",
                then,
                MANAGER,
                skill=f"septet:{skill}",
                level=level,
                certificate=certificate,
                **last,
            )


def _project(stage: Stage) -> None:
    """The people of several role clusters who bring PolicyBase 7.2 in, and the supplier's man beside them."""
    then = stage.ago(12, "10:00")
    stage.open(
        "virtual-team", "policybase-team", then, MANAGER, title="PolicyBase 7.2", service="@policies",
        subject="@change-policybase", purpose="From the last test to two weeks after the launch.", owner="@helen",
    )  # fmt: skip
    for key, task in (
        ("work-helen-changes", "Leads"),
        ("work-yuki-servers", "Builds"),
        ("work-jonas-desk", "Prepares the desk"),
    ):
        stage.act("policybase-team", "add-assignment", then, MANAGER, assignment=f"@{key}", task=task)
    stage.act("policybase-team", "add-contact", then, MANAGER, person="@lars", task="Power and cooling on the night")
