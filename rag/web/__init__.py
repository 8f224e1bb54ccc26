"""The chat page: what it shows, how it looks, how it is served."""
