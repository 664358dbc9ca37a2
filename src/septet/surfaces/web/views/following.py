"""What follows the journal (reactions, search, …): how far each has come, and what failed on the way."""

from django.http import HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from septet.kernel import follow, log
from septet.kernel.errors import Conflict
from septet.kernel.models import Entry, FailedReaction
from septet.kernel.reactions import declared
from septet.kernel.registry import number_of, registry
from septet.surfaces.web.pages import administrators, say, show
from septet.surfaces.web.requests import Asked

# What follows the journal and is no reaction.
FOLLOWERS = {"goals": _lazy("Measure the quality goals."), "search": _lazy("Keep the search index up to date.")}
ADDRESS = "/administration/reactions/"
MOST = 200


@require_safe
@administrators
def reactions(request: Asked) -> HttpResponse:
    """Who is behind, and which entries wait for another try or for somebody."""
    failed = list(FailedReaction.objects.order_by("retry_at", "pk")[:MOST])
    # Those that nobody tries again by himself come first, on every engine.
    failed.sort(key=lambda one: (one.retry_at is not None, one.retry_at, one.pk))
    entries = Entry.objects.in_bulk([one.entry_id for one in failed])
    rows = []
    for one in failed:
        entry = entries[one.entry_id]
        it = registry.types.get(entry.kind)
        action = it.actions.get(entry.action) if it else None
        rows.append(
            {
                "failed": one,
                "record": number_of(entry.kind, entry.record_id),
                "action": action.label if action else entry.action,
                "at": entry.recorded_at,
            }
        )
    parked = sum(one.retry_at is None for one in failed)
    context = {"behind": follow.behind(), "rows": rows, "parked": parked, "declared": declared, "followers": FOLLOWERS}
    return show(request, "web/reactions.html", context)


@require_POST
@administrators
def retry(request: Asked) -> HttpResponse:
    """Have one parked failure, or all of them, tried once more."""
    wanted = request.POST.get("failure", "")
    which = [int(wanted)] if wanted.isascii() and wanted.isdigit() and len(wanted) < 19 else None
    if wanted and which is None:
        raise Conflict(_("There is no such failure."))
    tried = follow.retry_parked(which)
    if not tried:
        raise Conflict(_("Nothing waits there any more; it was tried again in the meantime."))
    log.note("reactions-retried", request.actor, via="web", request=request.id, detail=str(tried))
    say(request, ngettext("One entry is tried again.", "%(count)s entries are tried again.", tried) % {"count": tried})
    return HttpResponseRedirect(ADDRESS)
