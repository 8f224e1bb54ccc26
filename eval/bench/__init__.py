"""Our retrieval beside that of other libraries, on the same passages, questions and weights."""
