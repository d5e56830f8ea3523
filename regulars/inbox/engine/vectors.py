"""Texts as vectors, learned from a business's own questions: words and pieces of words, weighed and folded together (LSA).

Source: Deerwester et al., "Indexing by Latent Semantic Analysis", 1990; term weights by Salton and Buckley, 1988 (1 + log tf, smoothed
idf). Pieces of words stand for inflected forms and typing mistakes. Nothing leaves this machine. Heavy libraries are imported where they
are used, so that neither pages nor commands wait for them.
"""

from __future__ import annotations

import io
import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WORD = re.compile(r"\w+", re.UNICODE)
PIECES = (3, 4, 5)
MOST_WORDS, MOST_PIECES = 12_000, 20_000
# Pieces repeat what words say; alone they would drown them.
WEIGHTS = (1.0, 0.7)
LONGEST_TEXT = 2_000
# Reciprocal-rank fusion: how little the first places count more than the next (Cormack et al., 2009).
FUSION = 60
Tally = Callable[[str], Counter[str]]


def words_in(text: str) -> Counter[str]:
    """Return the words of a folded text and pairs of neighbours.

    >>> sorted(words_in("my late parcel"))
    ['late', 'late parcel', 'my', 'my late', 'parcel']
    """
    words = WORD.findall(text[:LONGEST_TEXT])
    return Counter([*words, *(" ".join(pair) for pair in zip(words, words[1:], strict=False))])


def pieces_in(text: str) -> Counter[str]:
    """Return the pieces of a folded text's words, with the blanks around them.

    >>> sorted(pieces_in("cat"))
    [' ca', ' cat', ' cat ', 'at ', 'cat', 'cat ']
    """
    found: Counter[str] = Counter()
    for word in WORD.findall(text[:LONGEST_TEXT]):
        whole = f" {word} "
        for length in PIECES:
            found.update(whole[at : at + length] for at in range(len(whole) - length + 1))
    return found


TALLIES: tuple[Tally, ...] = (words_in, pieces_in)


@dataclass(frozen=True)
class Space:
    """What was learned. For each kind of term its place and weight; `axes`: (terms, size) float32, a term's share in each axis."""

    places: tuple[dict[str, int], ...]
    weights: Any
    axes: Any

    def vectors(self, texts: Sequence[str]) -> Any:
        """Return unit vectors of folded texts: (len(texts), size) float32; a text without a known term is all zeros."""
        import numpy

        made = numpy.zeros((len(texts), self.axes.shape[1]), dtype=numpy.float32)
        for row, text in enumerate(texts):
            for places, share, tally in zip(self.places, WEIGHTS, TALLIES, strict=True):
                at, values = self._weighed(places, tally(text))
                if at:
                    made[row] += share * (numpy.asarray(values, dtype=numpy.float32) @ self.axes[at])
        return _unit(made)

    def _weighed(self, places: dict[str, int], counted: Counter[str]) -> tuple[list[int], list[float]]:
        at = [places[term] for term in counted if term in places]
        raw = [
            (1 + math.log(counted[term])) * float(self.weights[places[term]])
            for term in counted
            if term in places
        ]
        length = math.sqrt(sum(value * value for value in raw)) or 1.0
        return at, [value / length for value in raw]

    def to_bytes(self) -> bytes:
        """Return it as it is stored: plain arrays, nothing that could run."""
        import numpy

        terms = ["\n".join(sorted(one, key=one.__getitem__)) for one in self.places]
        stored: dict[str, Any] = {
            f"terms{number}": numpy.frombuffer(text.encode(), dtype=numpy.uint8)
            for number, text in enumerate(terms)
        }
        out = io.BytesIO()
        numpy.savez_compressed(
            out, weights=self.weights.astype(numpy.float32), axes=self.axes.astype(numpy.float16), **stored
        )
        return out.getvalue()

    @classmethod
    def from_bytes(cls, raw: bytes) -> Space:
        """Return what `to_bytes` stored."""
        import numpy

        with numpy.load(io.BytesIO(raw), allow_pickle=False) as stored:
            places: list[dict[str, int]] = []
            begin = 0
            for number in range(len(TALLIES)):
                terms = stored[f"terms{number}"].tobytes().decode().split("\n")
                terms = [] if terms == [""] else terms
                places.append({term: begin + place for place, term in enumerate(terms)})
                begin += len(terms)
            return cls(tuple(places), stored["weights"], stored["axes"].astype(numpy.float32))


def learn(texts: Sequence[str], owners: Sequence[int], size: int = 160) -> Space | None:
    """Learn a space of at most `size` axes from folded texts and who wrote each; None when they have too few terms in common.

    Only what two people wrote becomes a term: names and numbers of one person are never learned.
    """
    import numpy
    from scipy.sparse import csr_matrix, diags, hstack
    from sklearn.preprocessing import normalize
    from sklearn.utils.extmath import randomized_svd

    places, weights, blocks, begin = [], [], [], 0
    for tally, most, share in zip(TALLIES, (MOST_WORDS, MOST_PIECES), WEIGHTS, strict=True):
        counted = [tally(text) for text in texts]
        terms = _common(counted, owners, most)
        at = {term: place for place, term in enumerate(terms)}
        rows, columns, values = _cells(counted, at)
        matrix = csr_matrix((values, (rows, columns)), shape=(len(texts), len(terms)), dtype=numpy.float32)
        seen = numpy.bincount(columns, minlength=len(terms)) if columns else numpy.zeros(len(terms))
        weight = numpy.log((1 + len(texts)) / (1 + seen)) + 1
        blocks.append(normalize(matrix @ diags(weight)) * share if terms else matrix)
        places.append({term: begin + place for term, place in at.items()})
        weights.append(weight)
        begin += len(terms)
    whole = hstack(blocks).tocsr()
    axes = min(size, min(whole.shape) - 1)
    if axes < 2:
        return None
    _left, _strengths, folded = randomized_svd(whole, axes, n_iter=4, random_state=7)
    return Space(tuple(places), numpy.concatenate(weights), folded.T.astype(numpy.float32))


def nearest(vectors: Any, wanted: Any, most: int) -> list[tuple[int, float]]:
    """Return the rows of unit vectors nearest to one, with their cosine, nearest first: at most `most`."""
    import numpy

    likeness = vectors @ wanted
    most = min(most, len(likeness))
    if not most:
        return []
    best = numpy.argpartition(-likeness, most - 1)[:most]
    ordered = best[numpy.argsort(-likeness[best], kind="stable")]
    return [(int(row), float(likeness[row])) for row in ordered]


def fused(*rankings: Iterable[int]) -> list[int]:
    """Return keys of several rankings in one: each place counts 1 / (60 + place).

    >>> fused([1, 2, 3], [3, 1])
    [1, 3, 2]
    """
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, key in enumerate(ranking, 1):
            scores[key] = scores.get(key, 0.0) + 1 / (FUSION + place)
    return sorted(scores, key=lambda key: -scores[key])


def _common(counted: Sequence[Counter[str]], owners: Sequence[int], most: int) -> list[str]:
    seen: Counter[str] = Counter()
    first: dict[str, int] = {}
    shared: set[str] = set()
    for one, owner in zip(counted, owners, strict=True):
        for term in one:
            seen[term] += 1
            if first.setdefault(term, owner) != owner:
                shared.add(term)
    frequent = sorted(shared, key=lambda term: (-seen[term], term))
    return sorted(frequent[:most])


def _cells(counted: Sequence[Counter[str]], at: dict[str, int]) -> tuple[list[int], list[int], list[float]]:
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    for row, one in enumerate(counted):
        for term, times in one.items():
            if term in at:
                rows.append(row)
                columns.append(at[term])
                values.append(1 + math.log(times))
    return rows, columns, values


def _unit(rows: Any) -> Any:
    import numpy

    lengths = numpy.linalg.norm(rows, axis=1, keepdims=True)
    return rows / numpy.where(lengths > 0, lengths, 1)
