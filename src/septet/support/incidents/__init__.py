"""Incidents: something does not work, and somebody waits for it."""
