"""Reads that are used twice or span tables, and the traits the people room offers."""
