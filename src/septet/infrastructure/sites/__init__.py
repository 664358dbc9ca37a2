"""Sites: where people and items are."""
