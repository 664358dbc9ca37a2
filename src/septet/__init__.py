"""Septet runs an IT operation by the seven role clusters of the MOF Team Model."""

__version__ = "0.1.0"
