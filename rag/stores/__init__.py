"""Vector stores behind the one Protocol ``rag.types.VectorStore``."""
