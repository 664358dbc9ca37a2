"""Who may come in and what they may do: accounts, sign-in links, tokens, grants; and what they have just sent."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.translation import gettext_lazy as _

from septet.kernel.models.record import Record


class AccountManager(BaseUserManager["Account"]):
    """Accounts are found by mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        return self.get(email__iexact=username)


class Account(AbstractBaseUser):
    """A login. Not a record: its password and last sign-in never enter the journal."""

    id = models.BigAutoField(primary_key=True)
    email = models.EmailField(_("mail address"), unique=True)
    person: models.OneToOneField[Any, Any] = models.OneToOneField(
        Record, models.PROTECT, related_name="account", verbose_name=_("person")
    )
    is_active = models.BooleanField(_("active"), default=True)
    zone = models.CharField(_("time zone"), max_length=64, default="UTC")
    language = models.CharField(_("language"), max_length=16, default="en")
    # What somebody chose for their own pages: columns, pinned lists, keys. Never read by a rule.
    preferences = models.JSONField(_("preferences"), default=dict, blank=True)

    USERNAME_FIELD = "email"
    objects = AccountManager()

    class Meta:
        db_table = "account"

    def __str__(self) -> str:
        return self.email


class SignInLink(models.Model):
    """A link that signs an account in once. Only its SHA-256 is kept."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "sign_in_link"


class Token(models.Model):
    """A program's key to the API for one person. Only its SHA-256 is kept: a random token needs no slow hash.

    `scope` is what it is limited to, see `limits`; empty for whatever the person may do. `query` says what a calendar
    feed holds, as an address does: kept here and not in the address, so that nobody who has it asks for more.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    label = models.CharField(max_length=100)
    scope = models.CharField(max_length=2000, default="", blank=True)
    query = models.CharField(max_length=500, default="", blank=True)
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "token"


class Verb(models.TextChoices):
    """What a grant allows. An action names the verb it needs; `member` says that the person belongs to the team,
    `stand-in` that they are the deputy of the absent person for whom the grant is."""

    SEE = "see", _("See")
    CREATE = "create", _("Create")
    WORK = "work", _("Work on")
    APPROVE = "approve", _("Approve")
    MANAGE = "manage", _("Manage rules")
    IMPORT = "import", _("Import")
    EXPORT = "export", _("Export")
    ERASE = "erase", _("Erase personal data")
    ADMINISTER = "administer", _("Administer")
    MEMBER = "member", _("Member")
    STAND_IN = "stand-in", _("Stand in")


class Grant(models.Model):
    """A right of a person: `verb` on records of `kind` (`*` for all), for a time.

    Where `service`, `site` or `technology` are set it holds only for records that lie in all of them; see `scopes`.
    `team` is the team of a member. `for_person` is the absent person from whom the right is inherited. Derived by team/
    from the record in `source`, never written by hand.
    """

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Record, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=16, choices=Verb)
    kind = models.CharField(max_length=32, default="*")
    team = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    service = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    site = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    technology = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    for_person = models.ForeignKey(Record, models.PROTECT, null=True, related_name="+", db_index=False)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    source = models.ForeignKey(Record, models.PROTECT, related_name="+")

    class Meta:
        db_table = "grant_"
        indexes: ClassVar = [models.Index(fields=["person", "until"], name="grant_person")]


class SavedFilter(models.Model):
    """A list that somebody wants to find again: its kind and its query, as it stands in the address bar."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=32)
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(max_length=2000)
    shared = models.BooleanField(_("for everybody"), default=False)

    class Meta:
        db_table = "saved_filter"
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "kind", "name"], name="filter_once")]


class Upload(models.Model):
    """Whose bytes these are, for as long as they wait to be put on a record."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Record, models.PROTECT, related_name="+", db_index=False)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "upload"
        constraints: ClassVar = [models.UniqueConstraint(fields=["person", "digest"], name="upload_once")]


class IdempotencyKey(models.Model):
    """The answer given to a POST with this key, so that a repeated request does nothing twice."""

    id = models.BigAutoField(primary_key=True)
    account_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(default="")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "idempotency_key"
        constraints: ClassVar = [models.UniqueConstraint(fields=["account_id", "key"], name="idempotency_once")]
