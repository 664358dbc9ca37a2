"""People, organisations and function teams, what they may do, and the rules they all work by."""
