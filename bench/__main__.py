"""`python3 dev.py bench` prints the tables."""

import sys

from bench.submit import main

if __name__ == "__main__":
    sys.exit(main())
