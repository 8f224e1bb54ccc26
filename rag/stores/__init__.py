"""Vector stores behind the one Protocol ``rag.types.VectorStore``."""

# The file of a version's vectors where they are all compared.
VECTORS = "vectors.faiss"
