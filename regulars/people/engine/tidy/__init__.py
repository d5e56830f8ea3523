"""Tidy one value at a time: each function returns the tidied value or raises `Unclear` with the reason."""
