"""Run the command line as `python -m analyses`."""

from analyses.cli import main

if __name__ == "__main__":
    main()
