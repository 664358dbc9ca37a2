"""Coming in: by a link, by a password, by a passkey, with a code after it; and going out again."""

from typing import Any
from urllib.parse import quote

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.socialaccount.providers.openid_connect import views as openid
from django.conf import settings
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from septet.kernel import log
from septet.kernel.accounts import digest, use_sign_in_link
from septet.kernel.actors import Actor, of_account
from septet.kernel.errors import NotFound, Refused
from septet.kernel.models import Account, SignInLink
from septet.kernel.work import enqueue
from septet.surfaces import attempts
from septet.surfaces.web.entrance.background import mail_sign_in_link
from septet.surfaces.web.pages import caught, local, show, signed_in
from septet.surfaces.web.requests import Asked

TRIES = 20
MAILS = 10
SOMEBODY = Actor(name="Somebody")
USED_UP = gettext_lazy("This link was used already, or it is older than a day. Ask for a new one; each works once.")


@require_safe
@caught
def sign_in(request: HttpRequest) -> HttpResponse:
    """The ways in."""
    goal = local(request.GET.get("next"))
    if request.user.is_authenticated:
        return HttpResponseRedirect(goal)
    return show(request, "web/sign_in.html", ways(goal) | {"link": False})


def ways(goal: str) -> dict[str, Any]:
    """What the page of ways in needs to know."""
    return {
        "goal": goal,
        "query": f"?next={quote(goal)}" if goal != "/" else "",
        "by_mail": bool(settings.MAIL),
        "by_password": settings.PASSWORDS,
        "issuer": settings.ISSUER,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@caught
def by_link(request: HttpRequest, secret: str) -> HttpResponse:
    """A link shows a button; only the button uses the link up, so that no mail scanner does."""
    goal = local(request.GET.get("next"))
    if request.method != "POST":
        fresh = SignInLink.objects.filter(digest=digest(secret), used_at=None, expires_at__gt=timezone.now())
        if not fresh.exists():
            raise Refused(str(USED_UP))
        return show(request, "web/sign_in.html", {"link": True, "goal": goal})
    attempts.check("sign-in", request, TRIES)
    account = use_sign_in_link(secret)
    if account is None:
        attempts.failed("sign-in", request)
        log.note("sign-in-refused", SOMEBODY, via="web", detail="A link that is used up or unknown.")
        raise Refused(str(USED_UP))
    return enter(request, account, "link", goal)


def enter(request: HttpRequest, account: Account, way: str, goal: str) -> HttpResponse:
    """Sign in whoever came this way, as soon as they showed a second factor if they have one."""
    record_authentication(request, account, way)
    answer: HttpResponse = perform_login(request, Login(user=account, redirect_url=goal, email_verification="none"))
    return answer


@require_POST
@caught
def mail_me(request: HttpRequest) -> HttpResponse:
    """Mail a link. The answer is the same whether there is such an account or not."""
    if not settings.MAIL:
        raise NotFound(_("There is no such page. Check the address."))
    goal, mail = local(request.POST.get("next")), request.POST.get("email", "").strip()
    attempts.check("mail-me", request, MAILS)
    attempts.failed("mail-me", request)
    account = Account.objects.filter(email__iexact=mail, is_active=True).first() if mail.isprintable() else None
    if account is not None:
        enqueue(mail_sign_in_link, account=account.pk, goal=f"?next={quote(goal)}" if goal != "/" else "")
        log.note("sign-in-link", SOMEBODY, via="web", record=account.person_id, detail="Asked for by mail.")
    return show(request, "web/entrance/mailed.html", {"mail": mail})


@require_POST
@caught
def by_password(request: HttpRequest) -> HttpResponse:
    """Come in by mail address and password, where SEPTET_PASSWORDS allows it."""
    if not settings.PASSWORDS:
        raise NotFound(_("There is no such page. Check the address."))
    goal, mail = local(request.POST.get("next")), request.POST.get("email", "").strip()[:254]
    mail = mail if mail.isprintable() else ""
    name = digest(mail.casefold()).hex()
    attempts.check("sign-in", request, TRIES)
    attempts.check_delay("password", request, name)
    account = authenticate(request, username=mail, password=request.POST.get("password", ""))
    if not isinstance(account, Account):
        attempts.failed("sign-in", request)
        attempts.delay("password", request, name)
        log.note("sign-in-refused", SOMEBODY, via="web", detail="Mail address or password were not right.")
        wrong = {"wrong": _("Mail address or password are not right."), "mail": mail, "link": False}
        return show(request, "web/sign_in.html", ways(goal) | wrong, status=403)
    attempts.forget("password", request, name)
    return enter(request, account, "password", goal)


class _Second(AuthenticateView):  # type: ignore[misc]  # the library tells no types
    """A code or a passkey after the link or the password."""

    def render_to_response(self, context: dict[str, Any], **told: Any) -> HttpResponse:
        wrong = bool(self.auth_form.errors or self.webauthn_form.errors)
        return show(self.request, "web/entrance/second.html", context, status=403 if wrong else 200)

    def form_invalid(self, form: Any) -> HttpResponse:
        _refused(self.stage.login.user, "The second factor was not right.")
        answer: HttpResponse = super().form_invalid(form)
        return answer


class _Passkey(LoginWebAuthnView):  # type: ignore[misc]  # the library tells no types
    """Coming in by a passkey alone."""

    def form_invalid(self, form: Any) -> HttpResponse:
        log.note("sign-in-refused", SOMEBODY, via="web", detail="A passkey that was not right.")
        raise Refused(_("This passkey is not known here. Come in another way, and add it under My account."))


second = caught(_Second.as_view())
by_passkey = caught(_Passkey.as_view())


def _refused(account: Account, detail: str) -> None:
    log.note("sign-in-refused", of_account(account), via="web", detail=detail)


@require_safe
@caught
def by_issuer(request: HttpRequest) -> HttpResponse:
    """Go to the organisation's own sign-in. Raises Refused where another site leads here: it may mean no good."""
    if settings.ISSUER is None:
        raise NotFound(_("There is no such page. Check the address."))
    if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin"):
        raise Refused(_("Open this from the sign-in page."))
    answer: HttpResponse = openid.login(request, "issuer")
    return answer


@caught
def from_issuer(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Back from the organisation's own sign-in."""
    if settings.ISSUER is None:
        raise NotFound(_("There is no such page. Check the address."))
    answer: HttpResponse = openid.callback(request, provider_id)
    return answer


@require_POST
@signed_in
def sign_out(request: Asked) -> HttpResponse:
    """Go out; the next page asks to sign in."""
    log.note("sign-out", request.actor, via="web")
    logout(request)
    return HttpResponseRedirect("/sign-in/")
