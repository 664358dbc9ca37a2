"""Every table of the kernel, by meaning."""

from septet.kernel.models.access import Account, Grant, IdempotencyKey, SavedFilter, SignInLink, Token, Upload, Verb
from septet.kernel.models.clocks import Clock, Metric, Revision, Standing
from septet.kernel.models.journal import Anchor, Entry, LogEntry
from septet.kernel.models.record import (
    Approval,
    Attachment,
    Confidentiality,
    Decision,
    ExternalKey,
    ExtraValue,
    Part,
    Record,
    Relation,
    Share,
    Span,
    Watch,
    reference,
)
from septet.kernel.models.work import FailedReaction, Follower, Run, RunState, Schedule

# The governing records are tables of this app too; Django finds models only through this module.
from septet.kernel.governing.models import BusinessCalendar, CustomFields, Window  # isort: skip
from septet.kernel.separation.models import SeparationRule  # isort: skip

__all__ = [
    "Account",
    "Anchor",
    "Approval",
    "Attachment",
    "BusinessCalendar",
    "Clock",
    "Confidentiality",
    "CustomFields",
    "Decision",
    "Entry",
    "ExternalKey",
    "ExtraValue",
    "FailedReaction",
    "Follower",
    "Grant",
    "IdempotencyKey",
    "LogEntry",
    "Metric",
    "Part",
    "Record",
    "Relation",
    "Revision",
    "Run",
    "RunState",
    "SavedFilter",
    "Schedule",
    "SeparationRule",
    "Share",
    "SignInLink",
    "Span",
    "Standing",
    "Token",
    "Upload",
    "Verb",
    "Watch",
    "Window",
    "reference",
]
