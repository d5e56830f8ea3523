"""This room's subcommands of `regulars`."""
