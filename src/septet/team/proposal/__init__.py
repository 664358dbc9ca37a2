"""Proposals: how some people could carry all role clusters, or all function teams, and why so."""
