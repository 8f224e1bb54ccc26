"""Formats: the bytes of a file to its text and what it says about itself."""
