"""What is wrong with an installation, its index and its corpus, and how to mend each."""
