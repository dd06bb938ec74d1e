"""`python -m core.cli` is `polycompass`."""

import sys

from core.cli import main

sys.exit(main())
