"""`python -m deskapp` is `deskapp`."""

from __future__ import annotations

import sys

from deskapp.cli import main

if __name__ == "__main__":
    if getattr(sys, "frozen", False):
        # In a bundle the process that makes a backup is this program again.
        from multiprocessing import freeze_support

        freeze_support()
    sys.exit(main())
