"""Every table of the Release cluster; Django finds them through this file."""

from septet.release.articles.models import Article
from septet.release.changes.models import Change
from septet.release.configuration.models import ConfigurationItem, ItemType

__all__ = ["Article", "Change", "ConfigurationItem", "ItemType"]
