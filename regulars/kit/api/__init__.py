"""The plumbing of the API: problem documents, pages of rows, batches."""

from regulars.kit.api.batch import BatchIn, BatchOut, RowResult, run_batch
from regulars.kit.api.paging import ListQuery, Rows, page_of
from regulars.kit.api.problems import ERRORS, Problem, Sent, answer, answer_refusals, gone, problem

__all__ = [
    "ERRORS", "answer", "gone",
    "BatchIn", "BatchOut", "ListQuery", "Problem", "RowResult", "Rows", "Sent", "answer_refusals", "page_of", "problem", "run_batch",
]  # fmt: skip
