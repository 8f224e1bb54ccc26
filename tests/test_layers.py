"""The order of imports, as docs/architecture.md draws it."""

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from rag.config import ROOT


def test_modules_import_only_from_their_own_layer_or_a_lower_one() -> None:
    status = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True)
    assert status == EXIT_STATUS_SUCCESS
