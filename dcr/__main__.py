"""`python -m dcr` is the `dcr` command."""

import sys

from dcr.cli import main

if __name__ == "__main__":
    sys.exit(main())
