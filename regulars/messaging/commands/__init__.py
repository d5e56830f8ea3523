"""The console commands of messaging."""
