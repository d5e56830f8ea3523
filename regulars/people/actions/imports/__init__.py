"""Take in files of people, and of whatever nouns higher rooms register: look, map, preview, rehearse, merge, explain."""

from regulars.people.actions.imports import people  # noqa: F401  registers its importer
from regulars.people.actions.imports.importers import (
    FieldChoice,
    Importer,
    importer_of,
    importers,
    register_importer,
)
from regulars.people.actions.imports.rejects import rejects_file, write_rejects
from regulars.people.actions.imports.running import Noun, counts
from regulars.people.actions.imports.runs import (
    FileRefused,
    RunOver,
    cancel_import,
    draft_import,
    look_again,
    map_run,
    run_import,
)
from regulars.people.actions.imports.starting import (
    draft_upload,
    make_field_of,
    rejected_again,
    remember_mapping,
    start_import,
)

__all__ = [
    "FieldChoice", "FileRefused", "Importer", "Noun", "RunOver", "cancel_import", "counts", "draft_import", "draft_upload", "importer_of", "make_field_of", "rejected_again", "remember_mapping", "start_import",
    "importers", "look_again", "map_run", "register_importer", "rejects_file", "run_import", "write_rejects",
]  # fmt: skip
