"""Goals as OpenSLO documents, out and in."""
