"""What the models say about one place: its description, the keys known there. Read off their JSON Schema."""

from __future__ import annotations

from functools import cache
from typing import Any

from ccserver.config.schema import Root
from ccserver.config.yaml_tree import Location

JsonSchema = dict[str, Any]


@cache
def schema_of_everything() -> JsonSchema:
    """The JSON Schema of the models as they are; `config.json_schema` makes the editors' version of it."""
    return Root.model_json_schema()


def description(loc: Location) -> str:
    """What is to be written at `loc`; empty if the models do not say."""
    if not loc:
        return ""
    return str(_schema_at(loc[:-1]).get("properties", {}).get(str(loc[-1]), {}).get("description", ""))


def keys_at(loc: Location) -> list[str]:
    """The keys that may be written in the mapping at `loc`."""
    return sorted(_schema_at(loc).get("properties", {}))


def kinds_at(loc: Location) -> list[str]:
    """The values of `do` at `loc`."""
    return sorted(_schema_at(loc).get("discriminator", {}).get("mapping", {}))


def _schema_at(loc: Location) -> JsonSchema:
    schema = schema_of_everything()
    for segment in loc:
        schema = _below(_without_detours(schema), str(segment))
    return _without_detours(schema)


def _without_detours(schema: JsonSchema) -> JsonSchema:
    while "$ref" in schema or "anyOf" in schema:
        if "$ref" in schema:
            schema = schema_of_everything()["$defs"][schema["$ref"].rsplit("/", 1)[1]]
        else:
            schema = next((one for one in schema["anyOf"] if one.get("type") != "null"), {})
    return schema


def _below(schema: JsonSchema, segment: str) -> JsonSchema:
    kinds = schema.get("discriminator", {}).get("mapping", {})
    if segment in kinds:
        return {"$ref": kinds[segment]}
    if segment in schema.get("properties", {}):
        return dict(schema["properties"][segment])
    names = schema.get("patternProperties", {}).values()
    for below in (*names, schema.get("additionalProperties"), schema.get("items")):
        if isinstance(below, dict):
            return below
    return {}
