"""What people ask the desk, and what they are told."""

from dataclasses import dataclass

from septet.demo.scenes.model import Pieces


@dataclass(frozen=True, slots=True)
class Question:
    """A kind of contact that the desk answers: titles and answers are alternatives."""

    weight: float
    category: str
    service: str
    code: str
    titles: Pieces
    answers: Pieces
    article: str = ""
    trend: float = 1.0


QUESTIONS = (
    Question(
        6,
        "question",
        "files",
        "how to",
        (
            "How do I share '{folder}' with {colleague}?",
            "Share a folder with another department",
            "{colleague} should see '{folder}', but not change it",
            "Who can see '{folder}'?",
        ),
        (
            "Open the folder's menu, choose Share and pick the person; she sees it within a minute.",
            "In the menu under Share; choose 'read' if nothing may be changed.",
            "The list of those who can see it stands under Share, at the bottom.",
        ),
        "folder",
    ),
    Question(
        5,
        "question",
        "mail",
        "how to",
        (
            "Where do I set an absence notice?",
            "Absence notice for {colleague}, who is ill",
            "Notice should go to brokers only",
            "Absence notice does not end",
        ),
        (
            "In the calendar under Settings, Absence; it ends by itself on the last day.",
            "We set it for her, as her team lead asked.",
            "Choose 'outside the house' and list the domains.",
            "The last day was missing; it is set now.",
        ),
        "away-notice",
    ),
    Question(
        5,
        "account",
        "identity",
        "password",
        (
            "Password has expired",
            "Forgot the password over the holidays",
            "Where do I change my password?",
            "New password is not accepted",
            "Password of the shared account of {department}",
        ),
        (
            "Choose a new one at the sign-in page: at least 14 characters, a sentence is best.",
            "Set a first password after a call back.",
            "It must differ from the last ten; a short sentence works.",
            "Shared accounts have none any more; use your own and open the mailbox.",
        ),
        "unlock",
    ),
    Question(
        4,
        "remote access",
        "remote-access",
        "how to",
        (
            "Code for remote access does not come",
            "Remote access from a hotel",
            "May I work from {partner}'s office?",
            "Remote access at home for the first time",
        ),
        (
            "The telephone's clock was wrong; set it from the network.",
            "Sign in to the hotel's page first, then connect.",
            "Yes, with the notebook and remote access; not on their computers.",
            "Went through it step by step; works.",
        ),
        "vpn-code",
        0.6,
    ),
    Question(
        3.5,
        "printer",
        "printing",
        "supplies",
        (
            "Toner is low on floor {floor}",
            "Where can I print in colour?",
            "Print 400 letters for {partner}",
            "Printer on floor {floor} beeps",
        ),
        (
            "Brightprint brings toner on its weekly round; one is in the cabinet.",
            "The printers with a C in their name; one stands by every lift.",
            "Send it to the print shop of Facilities, it folds them as well.",
            "Tray 3 was open.",
        ),
    ),
    Question(
        3,
        "printer",
        "printing",
        "how to",
        (
            "Printer on floor {floor} shows as offline",
            "Print job waits, printer says ready",
            "Nothing comes out of the printer near {room}",
        ),
        (
            "Asked to choose 'reconnect' in the printer's menu, as the article says: prints again.",
            "Went through the article together; the job came out.",
        ),
        "printer-offline",
    ),
    Question(
        3,
        "question",
        "claims-handling",
        "information",
        (
            "When is the next maintenance of ClaimDesk?",
            "Is ClaimDesk available on Saturday?",
            "Where do I find closed claims of 2019?",
            "How do I print all documents of {claim}?",
            "Who approves payments above my limit?",
        ),
        (
            "On Sunday from 2 to 6 in the morning.",
            "Yes, from 7 to 20, but nobody of the application team is there.",
            "In the archive; choose 'closed' and the year.",
            "Mark all with Ctrl-A, then Print; it makes one file.",
            "Your team lead; above 50,000 Marc Dubois as well.",
        ),
    ),
    Question(
        3,
        "software",
        "workplace",
        "information",
        (
            "May I install {program}?",
            "Is there a licence for {program}?",
            "{program} for the new colleague",
            "What replaces {program}?",
        ),
        (
            "Yes, from the software shelf on your desktop.",
            "One is free; it installs within the hour.",
            "Your cost centre has to agree; sent the form.",
            "The editor that comes with the office suite; there is a course.",
        ),
        "software-shelf",
    ),
    Question(
        3,
        "equipment",
        "telephony",
        "equipment",
        (
            "Headset for a new colleague",
            "Second headset for the home office",
            "Headset hisses",
            "Louder bell for the post room",
        ),
        (
            "It is at the desk; please come by.",
            "One for each person; the old one may go home.",
            "Exchanged it at the counter.",
            "Ordered; takes a week.",
        ),
        "headset",
    ),
    Question(
        2.5,
        "equipment",
        "workplace",
        "equipment",
        (
            "Screen for the home office",
            "Cable for the docking station",
            "Mouse for left hands",
            "Bag for the notebook",
            "Larger screen for {department}",
        ),
        (
            "Team leads order it in the shelf under Equipment.",
            "At the counter, no form needed.",
            "Two models to try lie at the desk.",
            "Handed out; noted on your list.",
        ),
        "docking",
    ),
    Question(
        2.5,
        "question",
        "mail",
        "how to",
        (
            "How do I book {room} for a series?",
            "Share my calendar with {colleague}",
            "Mailbox is at 90 %",
            "Recall a mail to {partner}",
            "Signature with the new logo",
        ),
        (
            "Up to a year ahead; choose the room as a participant.",
            "Right click on the calendar, Share, 'free and busy' is usual.",
            "Move the sent items of past years into the archive; one click in the menu.",
            "That works inside the house only; call them.",
            "It is put on by the gateway; remove your own.",
        ),
        "room-booking",
    ),
    Question(
        2,
        "question",
        "policies",
        "information",
        (
            "Which tariff holds from {month} on?",
            "PolicyBase: where is the field for the second insured person?",
            "Can I undo an endorsement of {policy}?",
            "Training for PolicyBase",
        ),
        (
            "The tariff table shows it with its date; ask Underwriting in doubt.",
            "Second tab, under 'People'.",
            "Until midnight with Undo; afterwards by a counter-endorsement.",
            "Every first Tuesday; enrolled you.",
        ),
        "policybase-lock",
    ),
    Question(
        2,
        "question",
        "broker-portal",
        "information",
        (
            "Broker asks how to reset a password",
            "New account for a broker's assistant",
            "Broker cannot find the form for fleets",
        ),
        (
            "The link stands under the sign-in; it is valid for an hour.",
            "The broker's own administrator can do it under 'My office'.",
            "It moved to 'Motor, from 5 vehicles'.",
        ),
        "broker-account",
        1.6,
    ),
    Question(
        2,
        "security",
        "identity",
        "security",
        (
            "Is this mail real?",
            "Mail about 'your parcel'",
            "Caller wanted my password",
            "Found a stick in the car park",
        ),
        (
            "No; thank you for asking. We blocked the sender.",
            "It is not; delete it. Nothing happened, as you did not click.",
            "Right to hang up: nobody of IT ever asks. Security knows.",
            "Please bring it to the desk and do not plug it in.",
        ),
        "phishing",
        2.0,
    ),
    Question(
        2,
        "question",
        "telephony",
        "how to",
        (
            "Forward my telephone to {colleague}",
            "Conference with six people outside",
            "Voice mail by mail",
            "Number of the new colleague in {room}",
        ),
        (
            "Key 'Forward', then the number; a lamp shows that it is on.",
            "Key 'Conference'; or invite to a video call, which takes telephones, too.",
            "Switched on; messages come as sound files.",
            "It is in the telephone book from tomorrow on.",
        ),
        "telephone-keys",
    ),
    Question(
        1.5,
        "question",
        "payroll",
        "information",
        ("Payslip of {month} is missing", "Where do I enter travel expenses?", "Bank account has changed"),
        (
            "It is there since noon; payslips come on the 25th.",
            "In the portal under 'Journeys'; receipts as photographs.",
            "In the portal under 'My data'; for this month People has to do it.",
        ),
    ),
    Question(
        1.5,
        "question",
        "intranet",
        "information",
        ("Form for parental leave", "Who is the fire warden of floor {floor}?", "News page cannot be edited"),
        (
            "Intranet, People, Forms.",
            "It stands beside the lift and in the telephone book.",
            "The editor's right had ended; renewed it after a look at the list.",
        ),
    ),
    Question(
        1.2,
        "question",
        "training",
        "information",
        (
            "Yearly test: certificate does not come",
            "Course on data protection stops at page 9",
            "Enrol my team in the course",
        ),
        (
            "It comes the night after; sent it by hand.",
            "Skip the video with the arrow, a known fault.",
            "Done for eleven people.",
        ),
    ),
    Question(
        1.2,
        "complaint",
        "workplace",
        "complaint",
        (
            "Waited 20 minutes in the queue",
            "The new notebook is heavier than the old one",
            "Third update restart in a week",
        ),
        (
            "Sorry; on Mondays before ten the queue is longest. Passed it on.",
            "It has the larger battery; the 14-inch model can be chosen at the next exchange.",
            "Two of the three were security updates; from now on they are gathered.",
        ),
    ),
    Question(
        1.2,
        "question",
        "esign",
        "how to",
        ("Customer cannot open the contract to sign", "Which contracts may be signed on the screen?"),
        (
            "The link had run out after 14 days; sent it anew.",
            "All but those of life insurance and guarantees; the list is in the article.",
        ),
        "esign-contracts",
    ),
)
