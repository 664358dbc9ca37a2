"""What is changed in a year: patches, releases, repairs, told in pieces that are put together anew each time."""

from dataclasses import dataclass

from septet.demo.scenes.model import Pieces


@dataclass(frozen=True, slots=True)
class ChangeScene:
    """A kind of change, made by people of `team` to an item of a sort, or the one with that key.

    `when` is the time that is kept free for it: `day`, `evening` (Tuesdays and Thursdays) or `sunday` (the maintenance
    window). `hours` is how long it is planned to take, `impact` and `likelihood` as changes have them (1 is the worst).
    With a `procedure` it is a standard change from the day on which that article was validated. In texts stand
    `{item}`, `{month}` and `{version}`.
    """

    key: str
    weight: float
    type: str
    service: str
    team: str
    item: str
    when: str
    hours: float
    impact: int
    likelihood: int
    titles: Pieces
    reasons: Pieces
    backout: str
    test: str
    procedure: str = ""


ROUTINE = (
    ChangeScene(
        "server-updates", 17, "minor", "identity", "monitoring", "vm", "evening", 1, 4, 4,
        ("Security updates of {item}", "Updates of {month} for {item}", "{item}: kernel and libraries of {month}"),
        ("The updates of {month} close holes that are known.", "Monthly round of updates."),
        "Go back to the snapshot of the same evening.", "Services answer, monitoring is green, one sign-in.",
        "server-updates",
    ),
    ChangeScene(
        "certificate-renewal", 6, "minor", "identity", "monitoring", "vm", "day", 0.5, 4, 5,
        ("New certificate for {item}", "{item}: certificate renewed by hand"),
        ("The present one ends in four weeks.", "The authority changed its intermediate certificate."),
        "Put the old certificate back; it holds for some weeks.", "A browser and the load balancer accept it.",
        "certificates",
    ),
    ChangeScene(
        "disk-extension", 7, "minor", "files", "servers", "vm", "day", 0.5, 4, 5,
        ("50 GB more for {item}", "Larger data disk for {item}", "{item}: room for another year"),
        ("Over 80 % for a week.", "The capacity plan of {month} asks for it."),
        "A disk is never made smaller; the room would stay unused.", "The system sees the new size.",
        "disk-extension",
    ),
    ChangeScene(
        "switch-firmware", 5, "minor", "network", "networks", "switch", "evening", 1, 4, 4,
        ("Firmware 17.9.{version} on {item}", "New firmware for {item}"),
        ("The maker closes a hole.", "The old image forgets addresses after weeks."),
        "Boot the old image; it stays in the second slot.", "Ping every neighbour, place a call.",
        "switch-firmware",
    ),
    ChangeScene(
        "access-point", 4, "minor", "network", "networks", "point", "day", 0.5, 5, 5,
        ("Another channel for {item}", "{item}: more power", "{item} moved by three metres"),
        ("Calls break off in that corner.", "The survey of {month} found a gap."),
        "Set it as it was.", "Walk through the floor in a call.",
    ),
    ChangeScene(
        "firewall-rule", 9, "minor", "network", "networks", "fw-1", "evening", 0.5, 3, 5,
        (
            "Open the way to the new address of the payment provider", "Rule for the surveyors' upload",
            "Close the way to the old fax gateway", "Let the test laboratory reach the directory",
            "Rules of former suppliers removed", "Way to the reinsurer's exchange",
        ),
        ("Asked for by {department}.", "Found at the yearly look through all rules."),
        "Take the rule out again.", "A connection from each side, and one that must not work.",
        "firewall-rule",
    ),
    ChangeScene(
        "restore-test", 4, "minor", "backup", "servers", "app-backup", "day", 2, 5, 5,
        ("Restore of the mail store into the test laboratory", "Restore test of {month}"),
        ("Every quarter one of the large ones is tried.",), "Delete the copy.", "Ten mailboxes open.",
        "backup-lock",
    ),
    ChangeScene(
        "rollout", 7, "minor", "workplace", "software-distribution", "app-deploy", "evening", 2, 3, 4,
        (
            "PDF editor {version} for everybody", "Browser {version} in three rings", "New docking station driver",
            "Video call program {version}", "Office updates of {month}",
        ),
        ("The present version gets no updates any more.", "It ends the trouble with screens that stay black."),
        "Withdraw the package; the old one comes back over night.", "Thirty computers for two days.",
    ),
    ChangeScene(
        "mail-rule", 3, "minor", "mail", "messaging-operations", "app-mail", "evening", 1, 3, 5,
        ("Mark mails from outside", "Larger attachments for Claims", "Shared mailboxes keep their sent mails"),
        ("Asked for by {department}.", "After the training about false mails."), "Set the rule back.",
        "Twenty mails of every kind.",
    ),
    ChangeScene(
        "telephone-routing", 3, "minor", "telephony", "networks", "pbx", "evening", 0.5, 3, 5,
        ("New announcement for {month}", "Queue of the claims hotline: longer at noon", "Numbers for the new floor"),
        ("Asked for by {department}.",), "Load the routing of yesterday.", "A call from outside to every queue.",
    ),
    ChangeScene(
        "tariff-tables", 5, "minor", "policies", "second", "app-policybase", "evening", 1, 3, 4,
        ("Tariff tables of {month}", "New commission rates for brokers", "Risk zones {version}"),
        ("Underwriting has decided on them.", "They hold from the first of the month on."),
        "Import the tables of last month.", "The forty cases of the department, to the cent.",
    ),
    ChangeScene(
        "claim-forms", 4, "minor", "claims-handling", "second", "app-claimdesk", "evening", 1, 3, 4,
        ("Letters of ClaimDesk: new footer", "ClaimDesk: limits of {month}"),
        ("Asked for by {department}.", "The auditors want to see who raised a limit."), "Import the old forms.",
        "Five claims from the first call to the payment.",
    ),
    ChangeScene(
        "web-site", 6, "minor", "web-site", "release-engineering", "app-web", "day", 0.5, 4, 5,
        ("Web site {version}", "Form for storm damages", "New pages for marine cargo"),
        ("Marketing's campaign of {month}.", "After the storm everybody looked for the form."),
        "Switch back to the version before; it stays beside the new one.", "The thirty steps of the test robot.",
    ),
    ChangeScene(
        "reports", 4, "minor", "warehouse", "database-operations", "app-warehouse", "evening", 1, 4, 4,
        ("Figures of {month}: two more columns", "Nightly load in four streams", "Loss ratios by region"),
        ("Asked for by {department}.", "The load ends too close to the morning."), "Run the load of yesterday.",
        "Sums agree with those of the ledger.",
    ),
    ChangeScene(
        "payroll-tables", 1.5, "minor", "payroll", "second", "app-payroll", "evening", 1, 3, 4,
        ("Tax tables of {month}", "Portuguese allowances"), ("The law wants it.",), "Import the tables of last month.",
        "Ten salaries, checked by People.",
    ),
    ChangeScene(
        "printer-driver", 3, "minor", "printing", "second", "app-print", "evening", 1, 4, 4,
        ("Driver {version} for the colour printers", "Print server: queues by floor"),
        ("Stapling stopped with the last update.", "People lose their printer after moving."),
        "Put the old driver back.", "A page from each model.",
    ),
    ChangeScene(
        "sign-in-policy", 3, "minor", "identity", "management", "app-sso", "evening", 1, 2, 5,
        ("Longer passwords, changed less often", "Sign-in from unknown countries asks twice"),
        ("The security office asks for it.",), "Set the policy back.", "A sign-in from each site and from outside.",
    ),
    ChangeScene(
        "hull-fields", 3, "minor", "marine-desk", "infrastructure-engineering", "app-hullfile", "evening", 1, 3, 4,
        ("HullFile: ports of {month}", "HullFile: survey form of the classification society"),
        ("Asked for by Marine.",), "Import the old forms.", "Two surveys with photographs.",
    ),
    ChangeScene(
        "test-data", 3, "minor", "test-lab", "quality-assurance", "app-testlab", "day", 3, 5, 4,
        ("Fresh data for the test laboratory", "Test copy of PolicyBase of {month}"),
        ("Tests need policies of this year.",), "Load the old copy.", "No real name is found in it.",
    ),
    ChangeScene(
        "intranet", 3, "minor", "intranet", "release-engineering", "app-intranet", "day", 0.5, 5, 5,
        ("Intranet: canteen and telephone book", "Intranet {version}"), ("Asked for by {department}.",),
        "Switch back to the version before.", "Every form once.",
    ),
)  # fmt: skip
CAREFUL = (
    ChangeScene(
        "claimdesk-release", 3, "significant", "claims-handling", "second", "app-claimdesk", "sunday", 3, 2, 4,
        ("ClaimDesk 8.3.{version}", "ClaimDesk: documents open beside the claim", "ClaimDesk: instant payments"),
        ("Claims waits for it.", "The maker ends its support for the version before."),
        "Restore the servers one by one from the snapshot; the database is not changed.",
        "Acceptance by five people of Claims; fifty sessions of the test robot.",
    ),
    ChangeScene(
        "policybase-release", 2.2, "significant", "policies", "second", "app-policybase", "sunday", 4, 2, 4,
        ("PolicyBase 7.1.{version}", "PolicyBase: renewals in one run"), ("Sales and Underwriting wait for it.",),
        "Restore the backup of the evening.", "The tariff cases of the department, and one premium run.",
    ),
    ChangeScene(
        "database-version", 3, "significant", "warehouse", "database-operations", "db", "sunday", 2, 3, 4,
        ("{item}: minor version of {month}", "{item}: tables reorganised"),
        ("It ends a fault with long locks.", "Queries became slower by the week."),
        "Start the old version on the copy.", "The ten slowest queries, compared with before.",
    ),
    ChangeScene(
        "host-firmware", 3, "significant", "identity", "monitoring", "host", "sunday", 2, 3, 4,
        ("Firmware of {item}", "{item}: new network cards"), ("The maker asks for it after failures elsewhere.",),
        "Load the firmware of before; machines stay on the other hosts.", "An hour of load, then machines come back.",
    ),
    ChangeScene(
        "core-switch", 1.6, "significant", "network", "networks", "sw-core-bre-2", "sunday", 2, 2, 4,
        ("Core switch BRE-2: firmware {version}", "Core switches: second power supply"),
        ("It closes two security gaps.", "One fuse would stop both."),
        "Boot the old image; BRE-1 carries all meanwhile.", "Ping every neighbour, place a call, open ClaimDesk.",
    ),
    ChangeScene(
        "broker-web", 2, "significant", "broker-portal", "release-engineering", "app-brokerweb", "sunday", 2, 2, 4,
        ("Broker portal {version}", "Broker portal: quotes for fleets"), ("Sales has promised it to the brokers.",),
        "Switch the load balancer back to the servers of before.", "Quote and bind, as three brokers.",
    ),
    ChangeScene(
        "mail-version", 1, "significant", "mail", "messaging-operations", "app-mail", "sunday", 3, 2, 4,
        ("Mail servers: update of {month}",), ("It closes a hole that is used already.",), "Go back to the snapshots.",
        "Mails in and out, calendars of three zones.",
    ),
    ChangeScene(
        "power-test", 0.7, "major", "network", "infrastructure-engineering", "ups-ham-1", "sunday", 4, 1, 4,
        ("Norrhost tries the emergency power in Hamburg",), ("Once in half a year, and before the insurer's visit.",),
        "Switch back to the grid.", "Ten minutes on the diesel with everything running.",
    ),
    ChangeScene(
        "storage-generation", 0.5, "major", "files", "servers", "storage-2", "sunday", 4, 1, 4,
        ("storage-2: another shelf of disks", "storage-2: new controllers"), ("The capacity plan asks for it.",),
        "Data stay on the old shelf until the end.", "Read and write on every volume.",
    ),
)  # fmt: skip
EMERGENCIES = (
    ChangeScene(
        "hole-closed", 3, "emergency", "network", "networks", "fw-1", "evening", 1, 2, 4,
        ("Firewall: update against a hole that is used already", "Block the addresses of a wave of attempts"),
        ("Told by the federal office this morning.",), "Load the version of before.", "Remote access, mail, web site.",
    ),
    ChangeScene(
        "failed-part", 3, "emergency", "identity", "monitoring", "host", "day", 1, 3, 4,
        ("{item}: failed memory changed at once", "{item}: power supply changed"),
        ("Another failure would stop machines.",), "Leave the host out; the cluster has enough.", "An hour of load.",
    ),
    ChangeScene(
        "full-disk", 2, "emergency", "policies", "servers", "db-policy", "day", 1, 2, 4,
        ("Room for the PolicyBase database, at once",), ("It would have stopped at noon.",),
        "None; a disk is never made smaller.", "A premium of one broker is booked.",
    ),
)  # fmt: skip
# How a change ended that did not go as planned: what happened, and what is done otherwise now.
TROUBLES = (
    ("Sign-in failed for every third user afterwards.", "Try it with accounts of each site, not of Bremen alone."),
    ("It took twice as long as planned, and the window was over.", "Plan the time of the way back, too."),
    ("The new version could not read old documents.", "The test data needs documents older than five years."),
    ("A rule from before stood in the way; nobody had known of it.", "Look through what is there before adding."),
    ("The part that was delivered did not fit.", "Open the box a week before, not on the evening."),
)
REMARKS = (
    "On time; nobody noticed it.",
    "As planned. The announcement on the intranet was read by 300 people.",
    "Ten minutes longer than planned; no calls.",
    "Went well. The list of steps was corrected in two places.",
    "The test found a wrong setting before the users did.",
)
NO_LESSON = ("It went as planned.", "Nothing new was learnt.", "Everything stands in the procedure already.")
REFUSED = (
    "Done with the release of next month anyway.",
    "It costs more than it saves.",
    "The supplier cannot do it before the summer.",
)
