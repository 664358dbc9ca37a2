"""The physical environment: sites."""
