"""`python -m deskapp` is `deskapp`."""

from __future__ import annotations

import sys
from multiprocessing import freeze_support

from deskapp.cli import main

if __name__ == "__main__":
    # In a frozen bundle the process that makes a backup is this program again.
    freeze_support()
    sys.exit(main())
