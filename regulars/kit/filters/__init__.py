"""The one filter language: a JSON tree, checked, compiled to SQL, paged by key and said in words."""

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.bad import BadFilter
from regulars.kit.filters.catalogue import catalogue
from regulars.kit.filters.compile import Compiled, compile_filter
from regulars.kit.filters.count import Count, estimate_count
from regulars.kit.filters.describe import Chip, chips, sentence
from regulars.kit.filters.page import CompiledPage, Page, Source, Wanted, compile_ids, compile_page
from regulars.kit.filters.queryset import filtered, kept_rule, row_rule_of
from regulars.kit.filters.sort import SortKey, parse_sort, sort_words
from regulars.kit.filters.tree import EVERYTHING, Node, parse, read_json

__all__ = [
    "EVERYTHING",
    "Asker",
    "BadFilter",
    "Chip",
    "Compiled",
    "CompiledPage",
    "Count",
    "Node",
    "Page",
    "SortKey",
    "Source",
    "Wanted",
    "catalogue",
    "chips",
    "compile_filter",
    "compile_ids",
    "compile_page",
    "estimate_count",
    "filtered",
    "kept_rule",
    "parse",
    "parse_sort",
    "read_json",
    "row_rule_of",
    "sentence",
    "sort_words",
]
