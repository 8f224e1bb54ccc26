"""What stands before the pages: which addresses there are, how much may come, what is told."""
