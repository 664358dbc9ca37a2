"""Tasks: what somebody has to do, alone or for another record."""
