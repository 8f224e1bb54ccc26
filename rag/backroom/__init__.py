"""The back room: pages behind a login, for those who judge answers and keep the corpus."""
