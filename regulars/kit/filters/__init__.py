"""The one filter language: a JSON tree, checked, compiled to SQL, paged by key and said in words."""

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.bad import BadFilter
from regulars.kit.filters.compile import Compiled, compile_filter
from regulars.kit.filters.page import CompiledPage, Page, Source, Wanted, compile_ids, compile_page
from regulars.kit.filters.sort import SortKey, parse_sort, sort_words
from regulars.kit.filters.tree import EVERYTHING, Node, parse, read_json

__all__ = [
    "EVERYTHING",
    "BadFilter",
    "Compiled",
    "CompiledPage",
    "Node",
    "Page",
    "Asker",
    "SortKey",
    "Source",
    "Wanted",
    "compile_filter",
    "compile_ids",
    "compile_page",
    "parse",
    "parse_sort",
    "read_json",
    "sort_words",
]
