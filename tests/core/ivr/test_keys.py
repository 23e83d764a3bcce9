"""Questions answered with keys: each key says what is to be done and where to go. The whole way is in `test_interpreter`."""

from __future__ import annotations

from tests.core.playbook import IVR_DNIS, Play, seconds

from ccserver.core.commands import CancelTimer, Command, PlayPrompt, StartTimer
from ccserver.core.events import Event
from ccserver.core.ids import NodeId
from ccserver.core.ivr.flow import DigitsNode, MenuNode
from ccserver.core.ivr.keys import Course, Go, ask, no_key, take_key
from ccserver.core.ivr.walk import Walk, walk_of
from ccserver.core.notices import Notice
from ccserver.core.sounds import recorded

Effect = Command | Notice | Event
MENU = MenuNode(
    recorded("menu"), {"1": NodeId("one")}, seconds(5), 2, recorded("wrong"), NodeId("late"), NodeId("bad"), "key"
)
ORDER = DigitsNode(recorded("order"), "order", 2, 3, seconds(4), 1, (), NodeId("next"), NodeId("failed"))


def walk() -> Walk:
    play = Play()
    play.calls(IVR_DNIS)
    found = walk_of(play.centre, play.interaction(), play.now)
    assert found is not None
    return found


def followed(course: Course) -> tuple[list[type[Effect]], Go | None]:
    """What is to be done, and where to go then."""
    done: list[type[Effect]] = []
    while True:
        try:
            done.append(type(next(course)))
        except StopIteration as end:
            return done, end.value


def test_a_key_of_the_menu_leads_on() -> None:
    """It is kept under the menu's name."""
    one = walk()
    assert followed(take_key(one, MENU, "1")) == ([CancelTimer], Go(NodeId("one")))
    assert one.interaction.answers["key"] == "1"


def test_a_wrong_key_asks_again_and_then_leaves() -> None:
    """As often as there are tries."""
    one = walk()
    done, go = followed(take_key(one, MENU, "9"))
    assert (PlayPrompt in done, go) == (True, None)
    assert followed(take_key(one, MENU, "9"))[1] == Go(NodeId("bad"))


def test_no_key_leaves_by_another_way_than_a_wrong_one() -> None:
    """When the tries are used up."""
    one = walk()
    followed(no_key(one, MENU))
    assert followed(no_key(one, MENU))[1] == Go(NodeId("late"))


def test_digits_are_collected_until_there_are_enough() -> None:
    """The time for the next one runs after each."""
    one = walk()
    assert followed(take_key(one, ORDER, "4")) == ([StartTimer], None)
    followed(take_key(one, ORDER, "7"))
    assert followed(take_key(one, ORDER, "1"))[1] == Go(NodeId("next"))
    assert one.interaction.answers["order"] == "471"


def test_keys_typed_ahead_answer_without_a_question() -> None:
    """Nothing is played."""
    one = walk()
    one.position.typed_ahead = "12"
    assert followed(ask(one, MENU)) == ([CancelTimer], Go(NodeId("one")))
    assert one.position.typed_ahead == "2"
