"""What was asked and answered, and what people thought of it."""
