"""Vector stores behind the one Protocol ``rag.types.VectorStore``."""

# The file of a version's vectors where they are all compared.
VECTORS = "vectors.faiss"
# The file that names their collection where a server has them.
COLLECTION = "vectors.milvus"

# On one core exact search over so many vectors of 384 numbers takes some 5 ms, half of what a
# search may take (docs/performance.md).
EXACT_UP_TO = 25_000
