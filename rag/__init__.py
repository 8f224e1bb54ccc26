"""Cited answers about research centers, from the centers' own documents."""

__version__ = "0.1.0"
