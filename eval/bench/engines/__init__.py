"""The engines that are compared, each by its own documentation's recipe.

They run in an environment of their own (``requirements.txt``), so nothing here may import ``rag``
but ``ours``, nor anything else of ``eval``.
"""
