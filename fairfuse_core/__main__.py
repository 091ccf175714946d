"""`python -m fairfuse_core` is the `fairfuse` command."""

from fairfuse_core.cli import main

if __name__ == "__main__":
    main()
