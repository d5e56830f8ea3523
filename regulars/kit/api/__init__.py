"""The plumbing of the API: problem documents, pages of rows, batches."""

from regulars.kit.api.batch import (
    BatchIn,
    BatchOut,
    ChangeDeed,
    CreateDeed,
    Deeds,
    DeedsIn,
    DeleteDeed,
    Kept,
    RowResult,
    Unread,
    row_deed,
    run_batch,
    unread_body,
)
from regulars.kit.api.paging import ListQuery, Rows, page_of
from regulars.kit.api.problems import ERRORS, Problem, Sent, answer, answer_refusals, gone, problem

__all__ = [
    "ERRORS", "BatchIn", "BatchOut", "ChangeDeed", "CreateDeed", "Deeds", "DeedsIn", "DeleteDeed", "Kept", "ListQuery", "Problem",
    "RowResult", "Rows", "Sent", "Unread", "answer", "answer_refusals", "gone", "page_of", "problem", "row_deed", "run_batch",
    "unread_body",
]  # fmt: skip
