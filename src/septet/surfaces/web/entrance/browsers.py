"""What a browser calls itself, in words."""

import re

from django.utils.translation import gettext as _

# Each names itself beside those whose pages it wants to be given, so the order counts.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR", "Opera"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name_of(agent: str) -> str:
    """Browser and system, as far as its header tells: `Firefox on Windows`."""
    browser = next((name for word, name in BROWSERS if re.search(rf"{word}/", agent)), "")
    system = next((name for word, name in SYSTEMS if word in agent), "")
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A program")
