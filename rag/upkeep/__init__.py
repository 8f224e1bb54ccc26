"""Keeping the corpus: what staff upload, publishing it, going back, what is cited."""
