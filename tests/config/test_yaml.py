"""Reading YAML: what is let through, what is refused, and where it is said to be."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.config.marked import SUPPORT, assert_marked, problems

from ccserver.config.yaml_reader import meaning


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("False", False),
        ("yes", "yes"),
        ("NO", "NO"),
        ("on", "on"),
        ("12", 12),
        ("-3", -3),
        ("0123", 123),
        ("0o17", 15),
        ("0x1f", 31),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("22:30", "22:30"),
        ("1_000", "1_000"),
        ("2026-12-24", "2026-12-24"),
        ("~", None),
        ("null", None),
        ("9" * 19, "9" * 19),
    ],
)
def test_scalars_mean_what_yaml_1_2_says(text: str, value: object) -> None:
    """The core schema, not the surprises of YAML 1.1."""
    assert (type(meaning(text)), meaning(text)) == (type(value), value)


def test_an_open_bracket(tmp_path: Path) -> None:
    """The end of the text is where the bracket is missed."""
    assert_marked(tmp_path, "version: [1\n§", "close the bracket")


def test_a_tab(tmp_path: Path) -> None:
    """Tabs do not indent."""
    assert_marked(tmp_path, "version: 1\nqueues:\n§\tsupport: {}\n", "indent with spaces")


def test_a_colon_in_plain_text(tmp_path: Path) -> None:
    """The usual slip of people who write YAML."""
    assert_marked(tmp_path, "version: 1\nname: Sales§: the best\n", "in quotes")


def test_a_control_character(tmp_path: Path) -> None:
    """Its place is counted in characters, not bytes."""
    assert_marked(tmp_path, "version: 1\nname: éé§\x01\n", "remove it")


def test_bytes_that_are_not_utf_8(tmp_path: Path) -> None:
    """A file saved as Latin-1 is named as such."""
    (tmp_path / "a.yaml").write_bytes(b"version: 1\nname: Caf\xe9\n")
    (found,) = problems(tmp_path)
    assert (found.line, found.column, found.advice) == (2, 10, "save the file as UTF-8")


def test_a_byte_order_mark_is_let_through(tmp_path: Path) -> None:
    """Some editors write one."""
    (tmp_path / "a.yaml").write_bytes(b"\xef\xbb\xbfversion: 1\n")
    assert problems(tmp_path) == []


def test_an_alias(tmp_path: Path) -> None:
    """Aliases make bombs."""
    assert_marked(tmp_path, "version: 1\nname: &a Here\nnot_ready_reasons:\n  break: §*a\n", "write the values out")


def test_a_tag(tmp_path: Path) -> None:
    """Tags could make objects elsewhere."""
    assert_marked(tmp_path, "version: 1\nname: §!!str 5\n", "remove the tag")


def test_the_same_key_twice_in_a_mapping(tmp_path: Path) -> None:
    """Nothing is silently overwritten."""
    assert_marked(tmp_path, "version: 1\nname: A\n§name: B\n", "first in line 2")


def test_a_mapping_as_key(tmp_path: Path) -> None:
    """Keys are words."""
    assert_marked(tmp_path, "version: 1\n? §[a]\n: 1\n", "use text as key")


def test_a_second_document(tmp_path: Path) -> None:
    """It would be lost."""
    assert_marked(tmp_path, "version: 1\n§---\nname: A\n", "one document in each file")


def test_a_key_without_a_value(tmp_path: Path) -> None:
    """A forgotten value is told once, not as a missing key too."""
    text = """
    version: 1
    entry_points:
      main:
        §dnis:
        queue: support
    queues:
      support: {max_wait: 5 min, on_max_wait: voicemail}
    """
    assert_marked(tmp_path, text, "'dnis' has no value")


def test_an_empty_section_is_no_problem(tmp_path: Path) -> None:
    """All of its entries may be commented out."""
    assert problems(tmp_path, a="version: 1\nqueues:\n#  support:\n") == []


def test_thirty_three_levels(tmp_path: Path) -> None:
    """Depth is bounded; the place is the first level too many."""
    assert_marked(tmp_path, "version: 1\nname: " + "[" * 31 + "§" + "[" * 500, "nested more than 32 deep")


def test_twenty_thousand_levels(tmp_path: Path) -> None:
    """Some versions of libyaml give up themselves at 1000 levels: the same words, wherever it noticed."""
    (found,) = problems(tmp_path, centre="version: 1\nname: " + "[" * 20_000)
    assert (found.line, found.what) == (2, "nested more than 32 deep")


def test_too_many_values(tmp_path: Path) -> None:
    """The number of nodes is bounded over all files."""
    found = problems(tmp_path, a="version: 1\n", b=f"name: [{'1,' * 100_000}]\n")
    assert [one.what for one in found if one.path.name == "b.yaml"][-1].startswith("more than 100000 values")


def test_too_many_bytes(tmp_path: Path) -> None:
    """Size is bounded over all files; the file that is too much is named."""
    found = problems(tmp_path, a="version: 1\n", b=f"# {'x' * 1_000_000}\n")
    assert [(one.path.name, one.what) for one in found] == [("b.yaml", "the configuration is larger than 1 MB")]


def test_the_same_key_in_two_files(tmp_path: Path) -> None:
    """The second file is told where the first is."""
    (found,) = problems(tmp_path, a="version: 1\nname: A\n", b="name: B\n")
    assert (found.path.name, found.line, found.column) == ("b.yaml", 1, 1)
    assert found.what == "the key 'name' is here and in a.yaml:2"


def test_the_same_entry_in_two_files(tmp_path: Path) -> None:
    """Sections may be spread over files, entries not."""
    (found,) = problems(tmp_path, a=SUPPORT, b="queues:\n  support: {max_wait: 1 min, on_max_wait: voicemail}\n")
    assert (found.path.name, found.line, found.column) == ("b.yaml", 2, 3)


def test_a_section_may_be_spread_over_files(tmp_path: Path) -> None:
    """Different entries of one section in two files."""
    assert problems(tmp_path, a=SUPPORT, b="queues:\n  sales: {max_wait: 1 min, on_max_wait: voicemail}\n") == []


def test_a_file_that_is_a_list(tmp_path: Path) -> None:
    """It says where to begin."""
    assert_marked(tmp_path, "§- version: 1\n", "the file is no mapping")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """Told as a problem, not raised."""
    (found,) = problems(tmp_path / "nowhere")
    assert (found.path, found.what) == (tmp_path / "nowhere", "there is no such folder")


def test_a_folder_without_yaml(tmp_path: Path) -> None:
    """Whoever begins is told how."""
    (found,) = problems(tmp_path)
    assert "examples/demo" in found.advice


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    """One problem: what it was meant to define is not missed."""
    (tmp_path / "ccserver.yaml").mkdir()
    (found,) = problems(tmp_path, a="entry_points:\n  main: {dnis: '+448081570100', queue: support}\n")
    assert (found.path.name, found.what) == ("ccserver.yaml", "this is a folder, not a file")


def test_a_link_that_leads_nowhere(tmp_path: Path) -> None:
    """Somebody moved the file."""
    (tmp_path / "ccserver.yaml").symlink_to(tmp_path / "gone.yaml")
    (found,) = problems(tmp_path)
    assert (found.path.name, found.what) == ("ccserver.yaml", "this link leads nowhere")


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The system's reason is told, and the other files are checked. (Reading this one fails for every user.)"""
    (tmp_path / "ccserver.yaml").symlink_to("/proc/self/mem")
    first, second = problems(tmp_path, a="name: 5\n")
    assert (first.path.name, first.line) == ("a.yaml", 1)
    assert (second.path.name, second.what) == ("ccserver.yaml", "the file cannot be read: Input/output error")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "---\n", "null\n"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    """Whoever begins is told how."""
    (found,) = problems(tmp_path, ccserver=text)
    assert (found.what, found.advice) == ("nothing is written here", "begin with a copy of examples/demo")


def test_a_bomb_of_aliases_is_one_problem_each(tmp_path: Path) -> None:
    """Nothing is multiplied out, and what they name is not missed."""
    text = """
    version: 1
    a: &a [x, x, x, x, x, x, x, x, x]
    b: &b [§*a, §*a, §*a]
    c: &c [§*b, §*b, §*b]
    """
    told = [one.what for one in problems(tmp_path, centre=text)]
    assert told.count("an alias (*name)") == 6


def test_the_other_ending(tmp_path: Path) -> None:
    """A file that would be silently ignored is named."""
    (tmp_path / "queues.yml").write_text("queues: {}\n")
    (found,) = problems(tmp_path, a="version: 1\n")
    assert (found.path.name, found.advice) == ("queues.yml", "rename it to queues.yaml")


def test_one_file_instead_of_a_folder(tmp_path: Path) -> None:
    """The path of a file is a configuration too."""
    (tmp_path / "all.yaml").write_text("version: 1\n")
    (tmp_path / "other.yaml").write_text("- broken")
    assert problems(tmp_path / "all.yaml") == []


def test_a_broken_file_does_not_hide_the_others(tmp_path: Path) -> None:
    """Mistakes of the other files are told too; what the broken file may define is not missed."""
    found = problems(tmp_path, a="version: 1\nname: 5\nteams: {}\n", b="queues: [\n", c="agents: {ann: {team: x}}\n")
    assert [(one.path.name, one.line, one.column) for one in found] == [
        ("a.yaml", 2, 7),
        ("b.yaml", 2, 1),
        ("c.yaml", 1, 10),
        ("c.yaml", 1, 10),
    ]
