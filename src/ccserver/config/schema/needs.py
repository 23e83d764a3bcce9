"""What an agent must be able to do, as an expression over skills: nested mappings of skills, `all`, `any` and `none`.

`{tech: 4, any: [french, german], none: [trainee]}`: everything in one mapping must hold.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic_core import CoreSchema

from ccserver.config.schema.section import Section
from ccserver.config.schema.types import Id, refuse

Proficiency = Annotated[int, Field(ge=1, le=10)]
LEVELS: Final = "levels"
"""Where the models keep the skills of a mapping; in the file they stand in the mapping itself."""
MOST_SKILLS: Final = 50
DEEPEST_NEED: Final = 5


def _no_list(value: object) -> object:
    if isinstance(value, list | dict):
        refuse(
            "is a skill, not a list", "only all, any and none have lists; a skill has its least proficiency, such as 4"
        )
    return value


class NeedSection(Section):
    """Skills with the least proficiency, and `all`, `any`, `none` of several. A name alone is a skill at 1 or better."""

    all: list[NeedSection] = Field([], min_length=1, description="each of these")
    any: list[NeedSection] = Field([], min_length=1, description="one of these, or more")
    none: list[NeedSection] = Field([], min_length=1, description="not one of these")
    levels: dict[Id, Annotated[Proficiency, BeforeValidator(_no_list)]] = Field({}, description="skills")

    @model_validator(mode="before")
    @classmethod
    def _skills_apart(cls, value: Any) -> Any:
        if isinstance(value, str):
            return {LEVELS: {value: 1}}
        if not isinstance(value, dict):
            return value
        words = {key: value[key] for key in ("all", "any", "none") if key in value}
        levels = {key: one for key, one in value.items() if key not in words}
        return {**words, LEVELS: levels} if levels else words

    def check_as_a_whole(self) -> None:
        if not self.model_fields_set:
            refuse("asks for nothing", "name a skill with its least proficiency, or use all, any or none")

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        found = handler.resolve_ref_schema(handler(schema))
        levels = found["properties"].pop(LEVELS)["patternProperties"]
        found["patternProperties"] = {f"^(?!(?:all|any|none)$){name[1:]}": level for name, level in levels.items()}
        return found


def _bounded(need: NeedSection) -> NeedSection:
    depths = list(_depths(need, 1))
    if max(depths, default=0) > DEEPEST_NEED:
        refuse("is nested too deep", f"use at most {DEEPEST_NEED} levels of all, any and none")
    if len(depths) > MOST_SKILLS:
        refuse("names too many skills", f"use at most {MOST_SKILLS}")
    return need


def _depths(need: NeedSection, depth: int) -> Iterator[int]:
    """How deep each skill stands, as far as it could be read."""
    yield from [depth] * len(need.levels or {})
    for part in (*(need.all or []), *(need.any or []), *(need.none or [])):
        yield from _depths(part, depth + 1)


Need = Annotated[NeedSection, AfterValidator(_bounded)]
