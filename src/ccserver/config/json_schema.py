"""The JSON Schema that editors complete and check by: `python -m ccserver.config.json_schema` writes it.

Looser than the models in one way: every file may hold any part, so nothing is required on the first level.
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path
from typing import Any

from ccserver.config.schema.lookup import schema_of_everything

DEFAULT_TARGET = Path("docs/schema/ccserver.schema.json")
_SHORT_FORMS = {
    "NeedSection": {"type": "string"},
    "SoundItem": {"type": "string"},
    "Exit": {"const": "voicemail"},
    "WaitingExit": {"enum": ["voicemail", "callback"]},
    "WaySection": {"enum": ["voicemail", "callback"]},
}
"""What may stand for a mapping of this kind (see the validators of schema.sounds)."""


def editor_schema() -> dict[str, Any]:
    """The schema as it is written to the file."""
    schema: dict[str, Any] = _tidied(copy.deepcopy(schema_of_everything()))
    for name, short in _SHORT_FORMS.items():
        schema["$defs"][name] = {"anyOf": [short, schema["$defs"][name]]}
    schema.pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "ccserver configuration"}


def text() -> str:
    """The file's text: stable, so that a change shows."""
    return json.dumps(editor_schema(), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _tidied(part: Any) -> Any:
    if isinstance(part, list):
        return [_tidied(one) for one in part]
    if not isinstance(part, dict):
        return part
    part = {key: _tidied(value) for key, value in part.items() if key not in {"title", "discriminator", "default"}}
    if "patternProperties" in part:
        part.setdefault("additionalProperties", False)
    alternatives = part.get("anyOf")
    if alternatives is not None:
        left = [one for one in alternatives if one != {"type": "null"}]
        if len(left) == 1:
            part = {**left[0], **{key: value for key, value in part.items() if key != "anyOf"}}
        else:
            part["anyOf"] = left
    if part.get("items") == {"$ref": "#/$defs/SoundItem"}:
        rest = {key: part.pop(key) for key in ("description",) if key in part}
        return {"anyOf": [part, part["items"]], **rest}
    return part


def main(arguments: list[str]) -> int:
    """Write the schema to the file named, or to docs/schema."""
    target = Path(arguments[0]) if arguments else DEFAULT_TARGET
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
