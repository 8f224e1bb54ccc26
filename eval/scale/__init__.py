"""How fast one machine is, and how many chunks it holds: ``python -m eval scale``."""
