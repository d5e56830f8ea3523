"""What the filter builder offers: fields with their operators, and behaviours with the fields of their events."""

from __future__ import annotations

from typing import Any

from regulars.kit.filters.asker import Asker
from regulars.kit.filters.operators import OPERATORS, operators_of, value_type
from regulars.kit.traits import Behaviour, Trait


def catalogue(subject: str, asker: Asker) -> dict[str, Any]:
    """Return all that this asker may filter a subject by, ready to be sent as JSON."""
    behaviours = asker.behaviours(subject).values()
    return {
        "subject": subject,
        "fields": _fields(subject, asker),
        "behaviours": [_behaviour(one, asker) for one in behaviours],
    }


def _fields(subject: str, asker: Asker, only: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    traits = asker.traits(subject).values()
    return [_field(trait, asker) for trait in traits if trait.filterable and (not only or trait.name in only)]


def _field(trait: Trait, asker: Asker) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": trait.name,
        "label": str(trait.label),
        "group": str(trait.group),
        "type": trait.type,
        "operators": [_operator(trait, name) for name in operators_of(trait)],
    }
    if trait.choices is not None:
        told["choices"] = [
            {"value": value, "label": str(label)} for value, label in asker.choices(trait).items()
        ]
    if trait.refers_to:
        told["refers_to"] = trait.refers_to
    if trait.currency is not None:
        told["currency"] = trait.currency()
    return told


def _operator(trait: Trait, name: str) -> dict[str, str]:
    operator = OPERATORS[name]
    return {
        "name": name,
        "label": str(operator.label),
        "arity": operator.arity,
        "value_type": value_type(trait, operator),
    }


def _behaviour(behaviour: Behaviour, asker: Asker) -> dict[str, Any]:
    where = _fields(behaviour.where, asker, behaviour.where_fields) if behaviour.where else []
    return {"name": behaviour.name, "label": str(behaviour.label), "where": where}
