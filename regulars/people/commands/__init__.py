"""The subcommands of the people room; config/commands registers them."""
