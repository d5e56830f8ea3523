"""The subcommands of the commerce room; config/commands registers them."""
