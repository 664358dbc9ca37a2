"""My ways in: passkeys, an authenticator app, recovery codes, a password; and the browsers in which I am signed in."""

from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password, resume_request
from allauth.mfa.base.views import IndexView, ReauthenticateView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.views import AddWebAuthnView, EditWebAuthnView, ReauthenticateWebAuthnView, RemoveWebAuthnView
from allauth.usersessions.internal.flows.sessions import end_other_sessions
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from septet.kernel import log
from septet.kernel.errors import Invalid, NotFound
from septet.kernel.models import Account
from septet.surfaces import attempts, proof
from septet.surfaces.web.entrance.adapters import OFFER, REMIND
from septet.surfaces.web.entrance.browsers import name_of
from septet.surfaces.web.pages import local, page, prefer, say, show, signed_in
from septet.surfaces.web.requests import Asked

MINE = "/me/sign-in/"


class _Shown:
    """What the library's views show, in our frame."""

    request: Any
    template = ""

    def render_to_response(self, context: dict[str, Any], **told: Any) -> HttpResponse:
        form = context.get("form")
        return show(self.request, self.template, context, status=422 if form is not None and form.errors else 200)

    def said(self, event: str, sentence: str, detail: str = "") -> None:
        """Put into the second log what was changed, and tell it on the next page."""
        log.note(event, self.request.actor, via="web", request=self.request.id, detail=detail)
        say(self.request, sentence)


class _Mine(_Shown, IndexView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/mine.html"

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**told)
        account, actor = self.request.user, self.request.actor
        sessions = sorted(UserSession.objects.purge_and_list(account), key=lambda one: one.created_at, reverse=True)
        return found | {
            "passkeys": found["authenticators"].get(Authenticator.Type.WEBAUTHN, []),
            "app": found["authenticators"].get(Authenticator.Type.TOTP),
            "codes": found["authenticators"].get(Authenticator.Type.RECOVERY_CODES),
            "sessions": [(one, name_of(one.user_agent), one.is_current()) for one in sessions],
            "by_password": settings.PASSWORDS,
            "has_password": account.has_usable_password(),
            "lacking": proof.lacks_second_factor(self.request, account, actor),
            "issuer": settings.ISSUER,
        }


class _Added(_Shown):
    """Adding a second factor shows it, too: it counts for the session in which it was added."""

    event = ""
    sentence: Any = ""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # of the view it is mixed into
        record_authentication(self.request, self.request.user, "mfa", type=self.event, reauthenticated=True)
        self.request.session[OFFER] = False
        self.said("second-factor-added", self.sentence, self.event)
        return answer


class _AddApp(_Added, ActivateTOTPView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/app.html"
    event = "totp"
    sentence = gettext_lazy("The authenticator app is set up.")


class _AddPasskey(_Added, AddWebAuthnView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/passkey.html"
    event = "webauthn"
    sentence = gettext_lazy("The passkey is added.")

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**told)
        # One that works without a name or a password.
        return found | {"options": webauthn.begin_registration(self.request.user, passwordless=True)}

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().post(*args, **kwargs)
        except ValueError:  # what was sent is no passkey at all
            raise Invalid(_("That passkey could not be added. Try again.")) from None
        return answer


class _RemoveApp(_Shown, DeactivateTOTPView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/remove.html"

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        self.said("second-factor-removed", _("The authenticator app is removed."), "totp")
        return answer


class _RemovePasskey(_Shown, RemoveWebAuthnView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/remove.html"
    success_url = MINE

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        self.said("second-factor-removed", _("The passkey is removed."), "webauthn")
        return answer


class _RenamePasskey(_Shown, EditWebAuthnView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/rename.html"
    success_url = MINE


class _Codes(_Shown, ViewRecoveryCodesView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/codes.html"


class _NewCodes(_Shown, GenerateRecoveryCodesView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/new_codes.html"

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        self.said("second-factor-added", _("These are new codes; the old ones no longer work."), "recovery_codes")
        return answer


class _Again(_Shown, ReauthenticateView):  # type: ignore[misc]  # the library tells no types
    """Prove anew who you are; the page offers every way that somebody has."""

    template = "web/entrance/again.html"

    def get_context_data(self, **told: Any) -> dict[str, Any]:
        found: dict[str, Any] = super().get_context_data(**told)
        held = set(Authenticator.objects.filter(user=self.request.user).values_list("type", flat=True))
        return found | {
            "by_code": bool(held & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}),
            "by_password": self.request.user.has_usable_password(),
            "options": webauthn.begin_authentication(self.request.user)
            if Authenticator.Type.WEBAUTHN in held
            else None,
        }

    def form_invalid(self, form: Any) -> HttpResponse:
        log.note("sign-in-refused", self.request.actor, via="web", detail="A code that was not right.")
        answer: HttpResponse = super().form_invalid(form)
        return answer


class _AgainByPasskey(_Shown, ReauthenticateWebAuthnView):  # type: ignore[misc]  # the library tells no types
    template = "web/entrance/again.html"

    def _check_reauthentication_method_available(self, request: HttpRequest) -> None:
        """The one page offers it."""

    def form_invalid(self, form: Any) -> HttpResponse:
        raise Invalid(_("That passkey is not yours, or it was not confirmed. Go back and try again."))


mine, again = (signed_in(one.as_view()) for one in (_Mine, _Again))
again_by_passkey = require_POST(signed_in(_AgainByPasskey.as_view()))
add_app, remove_app = (signed_in(one.as_view()) for one in (_AddApp, _RemoveApp))
add_passkey, remove_passkey = (signed_in(one.as_view()) for one in (_AddPasskey, _RemovePasskey))
rename_passkey = signed_in(_RenamePasskey.as_view())
codes, new_codes = (signed_in(one.as_view()) for one in (_Codes, _NewCodes))


@require_POST
@signed_in
def again_by_password(request: Asked) -> HttpResponse:
    """Prove anew who you are by the password."""
    name = f"again {request.user.pk}"
    attempts.check_delay("password", request, name)
    if not request.user.check_password(request.POST.get("password", "")):
        attempts.delay("password", request, name)
        log.note("sign-in-refused", request.actor, via="web", detail="A password that was not right.")
        raise Invalid(fields={"password": _("That is not your password.")})
    reauthenticate_by_password(request)
    return resume_request(request) or HttpResponseRedirect(local(request.GET.get("next"), MINE))


@require_POST
@signed_in
@proof.recently
def set_password(request: Asked) -> HttpResponse:
    """Choose a password, or do without one; everywhere else I am signed out."""
    if not settings.PASSWORDS:
        raise NotFound(_("There is no such page. Check the address."))
    password = request.POST.get("password", "")
    if password:
        try:
            validate_password(password, request.user)
        except ValidationError as wrong:
            raise Invalid(fields={"password": " ".join(wrong.messages)}) from None
        request.user.set_password(password)
    else:
        request.user.set_unusable_password()
    Account.objects.filter(pk=request.user.pk).update(password=request.user.password)
    update_session_auth_hash(request, request.user)
    log.note("password-set" if password else "password-removed", request.actor, via="web", request=request.id)
    say(request, _("Your password is set.") if password else _("You have no password any more."))
    return HttpResponseRedirect(MINE)


@require_POST
@signed_in
def end_sessions(request: Asked) -> HttpResponse:
    """Sign me out everywhere but here."""
    end_other_sessions(request, request.user)
    log.note("signed-out-elsewhere", request.actor, via="web", request=request.id)
    say(request, _("You are signed out everywhere but here."))
    return HttpResponseRedirect(MINE)


@require_POST
@page
def later(request: Asked) -> HttpResponse:
    """Do not remind me of a passkey for a month."""
    request.session[OFFER] = False
    prefer(request, **{REMIND: (timezone.now() + timedelta(days=30)).isoformat()})
    return HttpResponseRedirect(local(request.POST.get("next")))
