"""Tells the impact of a failure for whom the services are that fail."""

from septet.kernel.impact.whom import provide
from septet.service.catalogue.whom import whom

provide(whom)
