"""Sign-in links by mail; the worker sends them."""

from datetime import timedelta

from django.conf import settings
from django.core.mail import send_mail
from django.utils import timezone
from django.utils.translation import gettext as _

from septet.kernel.accounts import LINK_LASTS, new_sign_in_link
from septet.kernel.models import Account, SignInLink
from septet.kernel.work import task

MOST_AN_HOUR = 5


@task(name="mail-sign-in-link")
def mail_sign_in_link(account: int, goal: str) -> bool:
    """Mail an account a link that signs it in; False where it is closed, or got enough links within the hour."""
    found = Account.objects.filter(pk=account, is_active=True).first()
    hour_ago = timezone.now() - timedelta(hours=1)
    recent = SignInLink.objects.filter(account_id=account, expires_at__gt=hour_ago + LINK_LASTS).count()
    if found is None or recent >= MOST_AN_HOUR:
        return False
    address = f"{settings.PUBLIC_URL}/sign-in/{new_sign_in_link(found)}/{goal}"
    text = _(
        "Here is your link to Septet. It works once, within a day:\n\n%(address)s\n\n"
        "If you did not ask for it, somebody typed your address. Nothing happens unless you open it."
    )
    send_mail(_("Your sign-in link"), text % {"address": address}, None, [found.email])
    return True
