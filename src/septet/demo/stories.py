"""What goes wrong in an office, and what people ask: each told once and played several times."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Story:
    """An incident from its report to its cure. `hours`: how long a cure takes at most."""

    title: str
    description: str
    category: str
    service: str
    impact: int
    urgency: int
    team: str
    cause: str
    resolution: str
    code: str
    hours: int = 4
    item: str = ""
    site: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """A question to the desk and its answer."""

    title: str
    category: str
    service: str
    answer: str
    article: str = ""


STORIES = (
    Story(
        "Outlook asks for the password again and again", "It started after the password was changed yesterday.",
        "mail", "mail", 5, 3, "desk", "An old password was kept on the telephone.",
        "Removed the account from the telephone and added it anew.", "user account", 2,
    ),
    Story(
        "Printer on floor 2 prints grey stripes", "Every page has stripes on the left, in copies too.",
        "printer", "printing", 4, 4, "second", "The drum was worn out.", "Brightprint changed the drum.", "hardware",
        24, "prn-bre-2", "bremen", "Asked Brightprint for a technician; they come tomorrow before noon.",
    ),
    Story(
        "ClaimDesk reports 'connection lost' when saving", "Text of a claim is lost when it happens.",
        "application", "claims-handling", 4, 2, "second", "The connection pool of srv-claims-2 was exhausted.",
        "Raised the pool's limit and restarted the application.", "software", 6, "app-claimdesk", "",
        "The log shows that all connections of srv-claims-2 are in use.",
    ),
    Story(
        "No sound in video calls", "Others hear me, I hear nothing.", "workstation", "workplace", 5, 3, "desk",
        "The wrong loudspeaker was chosen after docking.", "Chose the headset for good.", "settings", 1,
    ),
    Story(
        "Wireless drops every few minutes in the meeting room", "Three of us were thrown out of a call twice.",
        "network", "network", 4, 3, "networks", "Two access points shared a channel.",
        "Moved the access point to another channel.", "network", 8, "sw-core-lds", "leeds",
        "Measured on site: two access points on channel 36.",
    ),
    Story(
        "Notebook does not start any more", "The light blinks three times, then nothing.", "workstation", "workplace",
        5, 2, "second", "A memory module had come loose.", "Reseated the module and tested it for an hour.",
        "hardware", 10, "ws-0427", "bremen",
    ),
    Story(
        "Folder 'Broker letters' has disappeared", "It was there on Friday.", "files", "files", 4, 2, "servers",
        "It had been moved into another folder by mistake.", "Found it and moved it back.", "user error", 3,
        "srv-files-1", "", "The log of the file server shows a move on Friday at 17:12.",
    ),
    Story(
        "Account is locked", "After the holidays the password is not accepted.", "account", "workplace", 5, 2, "desk",
        "Too many attempts with an expired password.", "Unlocked the account after a call back.", "user account", 1,
    ),
    Story(
        "Telephone shows 'no service'", "The desk telephone shows it since the morning.", "telephone", "telephony", 5,
        3, "networks", "The port of the switch was in the wrong network after a move of desks.",
        "Put the port into the telephone network.", "network", 5, "pbx",
    ),
    Story(
        "Premium run of PolicyBase ended with an error", "The nightly run stopped at broker 4471.", "application",
        "policies", 3, 2, "servers", "The disk of the database was full.",
        "Removed old dumps and ran it again; the disk is watched now.", "capacity", 6, "db-policy", "",
        "97 % full at 03:10. The old dumps were never removed.",
    ),
    Story(
        "Scanner sends empty pages", "Scans to mail arrive, but without content.", "printer", "printing", 5, 4,
        "second", "The limit of the mail size cut the attachment.", "Set the scanner to a lower resolution.",
        "settings", 8, "prn-lds-1", "leeds",
    ),
    Story(
        "Remote access breaks off", "Every hour I have to sign in again at home.", "network", "network", 5, 3,
        "networks", "The router at home has old firmware.", "Helped to update the router.", "external", 12, "fw-1",
        "", "One session every 60 minutes: it looks like the renewal of the key.",
    ),
    Story(
        "Claims hotline is silent for callers", "Callers hear nothing for the first ten seconds.", "telephone",
        "telephony", 3, 1, "networks", "The announcement was deleted with an old user.",
        "Recorded the announcement anew.", "settings", 3, "pbx",
    ),
    Story(
        "Calendar shows meetings one hour late", "Only those from Leeds.", "mail", "mail", 4, 4, "second",
        "The time zone of the mailbox was that of Bremen.", "Set the mailbox to the zone of Leeds.", "settings", 6,
        "", "leeds",
    ),
)  # fmt: skip
CONTACTS = (
    Contact("How do I share a folder?", "question", "files", "Open its menu and choose Share.", "folder"),
    Contact("Where do I set an absence notice?", "question", "mail", "In the calendar's settings.", "away-notice"),
    Contact(
        "Code for remote access does not come", "remote access", "network",
        "The telephone's clock was wrong; set it from the network.", "vpn-code",
    ),
    Contact("Toner is low on floor 3", "printer", "printing", "Brightprint brings toner on its weekly round."),
    Contact("When is the next maintenance?", "question", "claims-handling", "On Sunday from 2 to 6 in the morning."),
    Contact("May I install a drawing program?", "software", "workplace", "Yes, from the software shelf on your desk."),
    Contact("Headset for a new colleague", "equipment", "telephony", "It is at the desk; please come by."),
    Contact("Password has expired", "account", "workplace", "Choose a new one at the sign-in page."),
)  # fmt: skip
