"""The people behind the login: who they are, what they may, since when they are here."""
