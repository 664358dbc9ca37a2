"""Every table of the Service cluster; Django finds them through this file."""

from septet.service.agreements.models import Agreement, AgreementTarget
from septet.service.catalogue.models import Service

__all__ = ["Agreement", "AgreementTarget", "Service"]
