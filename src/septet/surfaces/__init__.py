"""The four ways in, each one thin grammar over every registered type."""
