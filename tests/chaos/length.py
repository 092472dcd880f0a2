"""How much of the chaos there is time for: `make chaos` takes all of it, `make test` a selection of a minute."""

import os

MINUTES = float(os.environ.get("CHAOS_MINUTES", "0"))  # of the random soak
LONG = MINUTES > 0
