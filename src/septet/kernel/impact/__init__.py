"""Impact: what fails, or loses what it had to spare, when a record fails; walked in memory over the relations."""

from septet.kernel.impact.reaching import LIMIT, Affected, Impact, LeftOut, impact

__all__ = ["LIMIT", "Affected", "Impact", "LeftOut", "impact"]
