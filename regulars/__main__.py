import sys

from regulars.kit.cli import main

if __name__ == "__main__":
    sys.exit(main())
