"""Administration: accounts and background runs."""

from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import log, work
from septet.kernel.accounts import new_sign_in_link, open_account
from septet.kernel.errors import NotFound
from septet.kernel.models import Account, Run, RunState, Token
from septet.kernel.references import find_person
from septet.kernel.registry import number_of
from septet.surfaces.proof import recently
from septet.surfaces.web import tokens
from septet.surfaces.web.forms import written
from septet.surfaces.web.pages import administrators, say, show
from septet.surfaces.web.requests import Asked
from septet.surfaces.web.views.profile import revoke

PER_PAGE = 50


@require_safe
@administrators
def accounts(request: Asked) -> HttpResponse:
    """Who can sign in."""
    text, after = request.GET.get("q", "").strip(), request.GET.get("after", "")
    rows = Account.objects.select_related("person").order_by("email")
    if text:
        rows = rows.filter(email__icontains=text) | rows.filter(person__title__icontains=text)
    found = list(rows.filter(email__gt=after)[: PER_PAGE + 1])
    context = {"accounts": found[:PER_PAGE], "text": text, "more": len(found) > PER_PAGE}
    return show(request, "web/accounts.html", context)


@require_POST
@administrators
@recently
def add_account(request: Asked) -> HttpResponse:
    """Give a person a login."""
    person = find_person(written(request.POST.get("person", ""), "person", request.actor), request.actor)
    account = open_account(person, request.POST.get("email", "").strip())
    log.note("account-opened", request.actor, via="web", request=request.id, record=person)
    say(request, _("%(mail)s can sign in as soon as they have a link.") % {"mail": account.email})
    return HttpResponseRedirect(f"/administration/accounts/{account.pk}/")


@require_safe
@administrators
def account(request: Asked, account_id: int) -> HttpResponse:
    """One account with its tokens."""
    return _shown(request, _account(account_id))


def _account(account_id: int) -> Account:
    found = Account.objects.select_related("person").filter(pk=account_id).first()
    if found is None:
        raise NotFound(_("There is no such account."))
    return found


def _shown(request: Asked, found: Account, link: str = "") -> HttpResponse:
    rows = Token.objects.filter(account=found).order_by("-created_at")
    context = {
        "account": found,
        "person_number": number_of("person", found.person_id),
        "tokens": tokens.shown(rows, PER_PAGE),
        "factors": list(Authenticator.objects.filter(user=found).order_by("created_at")),
        "link": link,
    }
    return show(request, "web/account.html", context)


@require_POST
@administrators
@recently
def new_link(request: Asked, account_id: int) -> HttpResponse:
    """A sign-in link for somebody, shown this once."""
    found = _account(account_id)
    secret = new_sign_in_link(found)
    log.note("sign-in-link", request.actor, via="web", request=request.id, record=found.person_id)
    return _shown(request, found, f"{settings.PUBLIC_URL}/sign-in/{secret}/")


@require_POST
@administrators
@recently
def remove_factors(request: Asked, account_id: int) -> HttpResponse:
    """Take passkeys, app and recovery codes from somebody who lost them, and sign them out; a link is enough then."""
    found = _account(account_id)
    Authenticator.objects.filter(user=found).delete()
    for one in UserSession.objects.filter(user=found):
        one.end()
    log.note(
        "second-factor-removed", request.actor, via="web", request=request.id, record=found.person_id, detail="all"
    )
    say(request, _("%(mail)s comes in by a link again and is signed out everywhere.") % {"mail": found.email})
    return HttpResponseRedirect(f"/administration/accounts/{found.pk}/")


@require_POST
@administrators
@recently
def switch(request: Asked, account_id: int) -> HttpResponse:
    """Close an account, or open it again; closing signs it out everywhere and stops its tokens."""
    found = _account(account_id)
    opened = request.POST.get("active") == "yes"
    Account.objects.filter(pk=found.pk).update(is_active=opened)
    event = "account-opened" if opened else "account-closed"
    log.note(event, request.actor, via="web", request=request.id, record=found.person_id)
    said = _("%(mail)s can sign in again.") if opened else _("%(mail)s can no longer sign in.")
    say(request, said % {"mail": found.email})
    return HttpResponseRedirect(f"/administration/accounts/{found.pk}/")


@require_POST
@administrators
def revoke_token(request: Asked, account_id: int, token_id: int) -> HttpResponse:
    """End somebody's token."""
    revoke(request, token_id, _account(account_id))
    return HttpResponseRedirect(f"/administration/accounts/{account_id}/")


@require_safe
@administrators
def runs(request: Asked) -> HttpResponse:
    """Background work: what waits, what runs, what became of it."""
    rows = Run.objects.order_by("-queued_at")
    wanted = request.GET.get("state", "")
    if wanted in RunState.values:
        rows = rows.filter(state=wanted)
    return show(request, "web/runs.html", {"runs": rows[:PER_PAGE], "states": RunState.values, "wanted": wanted})


@require_POST
@administrators
def cancel_run(request: Asked, run_id: UUID) -> HttpResponse:
    """Ask a run to stop."""
    work.cancel(run_id)
    say(request, _("The run stops as soon as it can."))
    return HttpResponseRedirect("/administration/runs/")


@require_POST
@administrators
def retry_run(request: Asked, run_id: UUID) -> HttpResponse:
    """Run a failed or cancelled task again."""
    run = Run.objects.filter(pk=run_id, state__in=[RunState.FAILED, RunState.CANCELLED]).first()
    if run is None:
        raise NotFound(_("There is no such run that failed or was cancelled."))
    work.enqueue(work.find_task(run.task), asked_by=request.actor, request=request.id, **run.arguments)
    say(request, _("The task waits for a worker again."))
    return HttpResponseRedirect("/administration/runs/")
