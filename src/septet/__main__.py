"""The command `septet`."""

import sys

from septet.surfaces.cli.program import run


def main() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(run(sys.argv[1:], demo=_load_demo))


def _load_demo() -> dict[str, int]:
    # The demo stands above every cluster, so it is handed to the command line, which stands below them.
    from septet.demo.load import load

    return load()


if __name__ == "__main__":
    main()
