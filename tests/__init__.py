"""Tests: names state behaviour; real models, real files."""
