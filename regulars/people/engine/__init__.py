"""The pure craft of the people room: names, reading files, telling what a column holds, tidying values."""
