"""The actions that every record has."""
