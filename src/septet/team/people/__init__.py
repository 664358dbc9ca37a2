"""People, organisations and function teams, and the rights that membership gives."""
