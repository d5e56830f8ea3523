"""The subcommands of insights; config/commands registers them."""
