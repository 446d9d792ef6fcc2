"""`python -m sourcebot`."""

from sourcebot.cli.main import main

raise SystemExit(main())
