"""Every table of the Infrastructure cluster; Django finds them through this file."""

from septet.infrastructure.sites.models import Site

__all__ = ["Site"]
