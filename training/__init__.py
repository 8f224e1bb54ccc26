"""Training of the reader: data, negatives, loop, calibration, export. ``python -m training``."""
