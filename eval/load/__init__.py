"""The real app under load on loopback: ramps, a soak, and what that takes of the machine."""
