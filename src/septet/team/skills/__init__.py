"""Skills: what people can do, and what the work of a function team needs."""
