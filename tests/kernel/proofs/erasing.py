"""Run as a program on a data directory of its own: says things about a person, erases them, and verifies.

Whoever started it looks for the values in the files that it leaves behind.
"""

import django

django.setup()

from django.core.management import call_command  # noqa: E402  needs Django to be set up
from django.db import connection  # noqa: E402

from septet.kernel import content, search  # noqa: E402
from septet.kernel.accounts import new_token, open_account  # noqa: E402
from septet.kernel.actions import create, perform  # noqa: E402
from septet.kernel.actors import OPERATOR  # noqa: E402
from septet.kernel.verify import check, verify  # noqa: E402

call_command("migrate", verbosity=0)
secret = "Zyxwina Quorblatt"
mail = "zyxwina.quorblatt@example.org"
key = ("hr", "zyxwina-1")
person = create("person", OPERATOR, via="cli", title=secret, key=key, fields={"email": mail, "phone": "555-66778899"})
new_token(open_account(person, mail), "laptop of Zyxwina")
for n in range(300):
    create("person", OPERATOR, via="cli", title=f"Person {n}", email=f"person{n}@example.org")
digest, size = content.put([b"Zyxwina's picture"])
file = {"name": "zyxwina.png", "digest": digest, "size": size}
for name, values in (
    ("edit", {"title": secret + "-Vlimpf", "position": "Head of Grommets"}),
    ("comment", {"text": "Grommetwise, Zyxwina is best"}),
    ("attach", file),
):
    perform(person, name, OPERATOR, via="cli", note="About Zyxwina", params=values)
search.catch_up()
if connection.vendor == "sqlite":
    search.search("zyxwina", OPERATOR)
perform(person, "erase", OPERATOR, via="cli", params={"entries": [2, 3, 4], "keys": True, "files": True})
report = verify()
assert report.problems == [], report.problems
assert check().problems == []
assert not content.exists(digest)
with connection.cursor() as cursor:
    cursor.execute("VACUUM")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
