"""Every table of the Support cluster; Django finds them through this file."""

from septet.support.incidents.models import Incident
from septet.support.interactions.models import Interaction

__all__ = ["Incident", "Interaction"]
