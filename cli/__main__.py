"""`python -m cli` is the `dcr` command."""

import sys

from cli import main

if __name__ == "__main__":
    sys.exit(main())
