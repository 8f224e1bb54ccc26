"""The steps from one form of the journal's tables to the next, run by Alembic."""
