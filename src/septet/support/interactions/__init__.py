"""Interactions: contacts with the desk."""
