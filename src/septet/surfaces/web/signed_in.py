"""Who is signed in: Django's sessions and accounts, with their SQL written once, for every page begins with them."""

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.utils import timezone

from septet.kernel.loading import load
from septet.kernel.models import Account


class SessionStore(db.SessionStore):
    """Sessions in the database."""

    def _get_session_from_db(self) -> Any:
        found = load(self.model, self.session_key) if self.session_key else None
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return None
        return found


class Backend(ModelBackend):
    """The accounts of people."""

    def get_user(self, user_id: int) -> Account | None:
        """The account with this id if it may come in."""
        found = load(Account, user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
