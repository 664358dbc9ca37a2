"""Who may do what: every role on every address and every action, as tables that a person can read."""
