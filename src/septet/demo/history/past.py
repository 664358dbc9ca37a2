"""Writes the history, and says when some things took longer than usual."""

from datetime import datetime, timedelta

from septet.demo.history.cast import Cast
from septet.demo.history.changes import Changes, moved_database
from septet.demo.history.contacts import Contacts
from septet.demo.history.incidents import Incidents
from septet.demo.history.life import write, write_in_bulk
from septet.demo.history.tasks import Tasks
from septet.demo.scenes import Scene

# PolicyBase was slow to mend until its database was moved, so many days ago.
IMPROVED = 130
# Since Marek left, so many days ago, what databases need waits for a free hour of somebody else.
VACANT = 52


def write_history(cast: Cast) -> None:
    """Changes with their tasks, incidents and the calls they came from, and questions."""

    def slowness(scene: Scene, at: datetime) -> float:
        ago = (cast.stage.now - at) / timedelta(days=1)
        if scene.service == "policies" and ago > IMPROVED:
            return 3.4
        return 1.8 if scene.team == "database-operations" and ago < VACANT else 1.0

    changes = Changes(cast)
    write_in_bulk(cast.stage, [*changes.all(), moved_database(cast.stage, IMPROVED)])
    write_in_bulk(cast.stage, Tasks(cast).coming_again())
    write_in_bulk(cast.stage, Tasks(cast).of_changes(changes.made))
    reported = Incidents(cast, slowness)
    incidents = [*reported.all(), *reported.after_changes(changes.made)]
    write(cast.stage, incidents)
    contacts = Contacts(cast)
    write(cast.stage, contacts.before(incidents))
    write(cast.stage, contacts.answered())
