"""How the library allauth is bound to Septet: its decisions are ours."""

import base64
import hashlib
from functools import cached_property
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from septet.kernel import log
from septet.kernel.actors import Actor, of_account
from septet.kernel.errors import Refused, SeptetError
from septet.kernel.models import Account
from septet.surfaces import attempts, proof
from septet.surfaces.web.entrance import vouched

OFFER = "offer_second_factor"
# In the account's preferences: the moment from which on a second factor is offered again.
REMIND = "remind_after"


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # the library tells no types
    """Coming in, whatever the way."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": gettext_lazy("That did not work several times. Wait five minutes and try again."),
        "rate_limited": gettext_lazy("That did not work several times. Wait five minutes and try again."),
    }

    def pre_login(self, request: HttpRequest, user: Account, **told: Any) -> HttpResponse | None:
        """Refuse a closed account."""
        if not user.is_active:
            raise Refused(_("This account is closed. Ask your administrator."))
        return None

    def post_login(self, request: HttpRequest, user: Account, **told: Any) -> HttpResponse:
        """Log it, and offer a better way to who came by a link or a password alone."""
        response: HttpResponse = super().post_login(request, user, **told)
        records = get_authentication_records(request, user)
        used = " + ".join(str(one.get("type") or one["method"]) for one in records)
        log.note("sign-in", of_account(user), via="web", detail=used)
        strong = any(one["method"] in proof.STRONG for one in records)
        request.session[OFFER] = not strong and user.preferences.get(REMIND, "") < timezone.now().isoformat()
        return response

    def is_reauthentication_required(self, *, app: str, **told: Any) -> bool:
        """Whether too much time has passed since they proved who they are."""
        return not proof.was_recent(self.request)

    def get_reauthentication_methods(self, user: Account | AnonymousUser) -> list[dict[str, Any]]:
        """One page shows all ways that somebody has."""
        if not user.is_authenticated or not get_reauthentication_flows(user):
            return []
        return [{"id": "again", "description": "", "url": reverse("mfa_reauthenticate")}]

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from, as trusted proxies tell."""
        found = attempts.sender_of(request)
        try:
            return str(ip_address(found))
        except ValueError:
            return "0.0.0.0"  # noqa: S104  # a socket has no address

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody opens an account by themselves."""
        return False

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """What happened stands in the second log."""


class SecondFactors(DefaultMFAAdapter):  # type: ignore[misc]  # the library tells no types
    """Passkeys, authenticator apps, recovery codes."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("That is not right. Type the code that is shown now, or try the passkey again."),
    }

    @cached_property
    def _box(self) -> Fernet:
        key = hashlib.sha256(b"second factors:" + settings.SECRET_KEY.encode()).digest()
        return Fernet(base64.urlsafe_b64encode(key))

    def encrypt(self, text: str) -> str:
        """Secrets are kept so that the database alone does not tell them."""
        return self._box.encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """The other way round."""
        return self._box.decrypt(encrypted_text.encode()).decode()

    def _get_site_name(self) -> str:
        return "Septet"


class Issuers(DefaultSocialAccountAdapter):  # type: ignore[misc]  # the library tells no types
    """Coming in by the organisation's own sign-in."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Find whose account it is. Raises Refused where there is none."""
        if not sociallogin.is_existing:
            mails = [one.email for one in sociallogin.email_addresses if one.verified]
            try:
                account = vouched.account_of(mails, sociallogin.account.extra_data)
            except SeptetError as error:
                log.note("sign-in-refused", Actor(name="Somebody"), via="web", detail=error.detail)
                raise
            sociallogin.user = sociallogin.account.user = account
        # What else the issuer tells of a person is nobody's business here.
        sociallogin.account.extra_data = {}
        sociallogin.account.save()

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """The issuer said no, or could not be asked. Raises Refused."""
        detail = f"{provider.name}: {error}: {exception}"
        log.note("sign-in-refused", Actor(name="Somebody"), via="web", detail=detail)
        raise Refused(
            _("%(name)s did not confirm who you are. Try again, or ask for a link.") % {"name": provider.name}
        )

    def get_requests_session(self) -> Any:
        """What talks to the issuer."""
        from septet.kernel.outgoing import Allowed, Outgoing

        assert settings.ISSUER is not None
        # Its own host is trusted, for an administrator wrote it down; what it names beyond that is not.
        allowed = Allowed(settings.OUTGOING_HOSTS, settings.OUTGOING_NETWORKS)
        return Outgoing(allowed.beside(settings.ISSUER.url))
