"""Django's PostgreSQL with binary answers."""
