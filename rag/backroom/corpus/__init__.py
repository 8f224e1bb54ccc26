"""The page *Corpus*: documents, uploads, publishing, versions, names of centers."""
