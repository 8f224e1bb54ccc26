"""The command line: ``python -m rag``."""

import sys

try:
    from rag.cli import main
except ModuleNotFoundError as exc:
    if exc.name != "click":
        raise
    sys.exit("Error: The package click is not installed. Run `pip install -r requirements.txt`.")

if __name__ == "__main__":
    main()
