"""The desk: pictures of the centre for pages and programs, and requests on their way in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest
from tests.core.playbook import (
    ANN,
    BOB,
    CEM,
    IVR_DNIS,
    NODE,
    PRIVATE_DNIS,
    SALES,
    SALES_DNIS,
    SUPPORT,
    Play,
    plan,
    profile,
    queue,
    seconds,
)

from ccserver.core.customer import CustomerCard
from ccserver.core.errors import Refused
from ccserver.core.events import (
    BlindTransferRequested,
    CallRequested,
    Cause,
    CustomerFound,
    DigitReceived,
    HangUpRequested,
    HoldRequested,
    LegAnswered,
    LegEnded,
    LegRang,
    ReadyRequested,
    RetrieveRequested,
    SignInRequested,
    TransferKind,
    TransferTarget,
    WrapUpSaved,
)
from ccserver.core.ids import AgentId, CustomerId, InteractionId, LegId
from ccserver.core.notices import Notice, PresenceChanged
from ccserver.core.records import Document
from ccserver.services.desk import CentreDesk
from ccserver.services.journal import MemoryJournal
from ccserver.services.runtime import Runtime
from ccserver.services.tasks import TaskTable
from ccserver.services.today import Today
from ccserver.services.views import ColleagueResultView, QueueView, WorkItemView

CARD = CustomerCard(CustomerId("7"), "Wang Xiaoming", "gold", 12000.0)
OUTSIDE = "+442079460999"
KEY = InteractionId("c1")


class Directory:
    """Knows nobody."""

    async def find(self, number: str) -> CustomerCard | None:
        return None


class PlayClock:
    """The time of the play."""

    def __init__(self, play: Play) -> None:
        self._play = play

    def now(self) -> datetime:
        return self._play.now


class Office:
    """A play, and the desk that looks at it."""

    def __init__(self, play: Play | None = None) -> None:
        self.play = play or Play()
        self.today, self.tasks = Today(), TaskTable()
        clock = PlayClock(self.play)
        self.runtime = Runtime(self.play.kernel, clock, MemoryJournal(), Directory(), self.tasks)
        self.desk = CentreDesk(self.runtime, clock, self.today)

    def queue(self, number: int = 1) -> QueueView:
        """The picture of support, the counts of the day taken."""
        for outcome in self.play.outcomes:
            for notice in outcome.notices:
                self.today.take(notice)
        self.play.outcomes.clear()
        return self.desk.queues()[number]

    def work(self, agent: AgentId = ANN) -> WorkItemView:
        view = self.desk.agent(agent)
        assert view is not None
        assert view.work is not None
        return view.work


# -- agents -------------------------------------------------------------------------------------------------------------


async def test_everybody_of_the_plan_is_in_the_picture() -> None:
    """Also who was never seen."""
    views = Office().desk.agents()
    assert [(view.id, view.presence, view.is_available) for view in views] == [
        (ANN, "logged_out", False),
        (BOB, "logged_out", False),
        (CEM, "logged_out", False),
    ]


@pytest.mark.parametrize(("name", "shown"), [("The Floor", "The Floor"), ("", "floor")])
async def test_a_team_goes_by_its_name(name: str, shown: str) -> None:
    """By its id only where it has none."""
    agent = replace(profile(ANN, support=5), team="floor", team_name=name)
    view = Office(Play(plan(agents={ANN: agent}))).desk.agent(ANN)
    assert view is not None
    assert (view.team, view.team_name) == ("floor", shown)


async def test_nobody_has_no_picture() -> None:
    """The name is not in the plan."""
    assert Office().desk.agent(AgentId("nobody")) is None


async def test_an_agent_is_shown_as_the_centre_has_it() -> None:
    """Presence, since when, phone, whether a call may come."""
    office = Office()
    office.play.is_ready(ANN)
    view = office.desk.agent(ANN)
    assert view is not None
    assert (view.presence, view.since, view.is_phone_reachable, view.is_available, view.work) == (
        "ready",
        office.play.now,
        True,
        True,
        None,
    )
    assert (view.name, view.extension, dict(view.skills)) == ("Ann", "1001", {"sales": 5, "support": 5})


async def test_ready_counts_anew_after_a_call() -> None:
    """It is the time since the last one."""
    office = through_the_menu()
    office.play.agent_answers()
    office.play.passes(40)
    office.play.leaves()
    office.play.passes(25)
    view = office.desk.agent(ANN)
    assert view is not None
    assert (view.presence, view.work, view.since) == ("ready", None, office.play.now - seconds(5))


# -- work ---------------------------------------------------------------------------------------------------------------


def through_the_menu() -> Office:
    """A known customer chose sales after ten seconds; Ann is being rung."""
    office = Office()
    office.play.is_ready(ANN)
    office.play.calls(IVR_DNIS)
    office.play.hand(CustomerFound(KEY, CARD))
    office.play.prompt_ends(after=10)
    office.play.hand(DigitReceived(LegId("leg-c1"), "1"))
    return office


def dialling() -> Office:
    """Ann hears the number outside ring."""
    office = Office()
    office.play.is_ready(ANN)
    office.play.hand(CallRequested(ANN, OUTSIDE, KEY, NODE))
    office.play.agent_answers()
    return office


async def test_the_screen_pop_is_there_before_the_phone_is_answered() -> None:
    """Who calls, which line, what the flow collected, and why this agent."""
    work = through_the_menu().work()
    assert (work.customer, work.ani, work.entry_point) == (CARD, "+442079460007", "Line 100")
    assert (work.reason, dict(work.answers)) == ("buying", {"choice": "1", "source": "ivr"})
    assert (work.queue, work.queue_name, work.dispositions) == (SALES, "Sales", ("sold", "not_sold"))
    assert work.explanation.startswith("the most urgent for ann by policy targets")


async def test_the_script_to_follow_is_named() -> None:
    """The queue's, as it was when the call was offered."""
    play = Play(plan(queues={SUPPORT: replace(queue(SUPPORT, "support"), script="greeting")}))
    play.is_ready(ANN)
    play.calls()
    assert Office(play).work().script == "greeting"


async def test_the_state_follows_the_work() -> None:
    """From the offer to wrap-up."""
    office = through_the_menu()
    play, states = office.play, [office.work().state]
    play.hand(LegRang(play.agent_leg()))
    states.append(office.work().state)
    play.agent_answers()
    states.append(office.work().state)
    play.hand(HoldRequested(ANN))
    states.append(office.work().state)
    play.leaves()
    states.append(office.work().state)
    assert states == ["offered", "alerting", "connected", "held", "wrap_up"]


async def test_the_waiting_time_is_that_in_line() -> None:
    """Without the menu, while it rings and after the answer."""
    office = through_the_menu()
    office.play.passes(4)
    assert office.work().waited_seconds == 4
    office.play.agent_answers()
    office.play.passes(30)
    assert office.work().waited_seconds == 4


async def test_the_waiting_time_after_a_transfer_is_that_for_the_second_agent() -> None:
    """Not the talk with the first."""
    office = through_the_menu()
    play = office.play
    play.agent_answers()
    play.is_ready(CEM)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, CEM)), after=60)
    play.passes(3)
    assert office.work(CEM).waited_seconds == 3
    play.agent_answers()
    assert office.work(CEM).waited_seconds == 3


async def test_wrap_up_shows_its_end_and_what_was_saved() -> None:
    """The page counts down."""
    office = through_the_menu()
    play = office.play
    play.agent_answers()
    play.leaves()
    work = office.work()
    assert work.wrap_up_ends_at == play.now + seconds(20)
    play.hand(WrapUpSaved(ANN, work.id, "sold", "two", done=False))
    assert (office.work().disposition, office.work().notes) == ("sold", "two")


async def test_the_agents_documents_are_in_the_picture() -> None:
    """So that the page can take one off again."""
    office = through_the_menu()
    office.play.agent_answers()
    offer = Document("Offer", "offer-4711")
    office.play.hand(WrapUpSaved(ANN, office.work().id, "", "", done=False, documents=(offer,)))
    assert list(office.work().documents) == [offer]


async def test_a_call_out_is_shown_as_dialling_until_it_is_answered() -> None:
    """The agent is on the line, the customer not yet."""
    office = Office()
    play = office.play
    play.is_ready(ANN)
    play.hand(CallRequested(ANN, OUTSIDE, KEY, NODE))
    assert (office.work().state, office.work().direction, office.work().queue) == ("offered", "outbound", "")
    play.agent_answers()
    assert (office.work().state, office.work().connected_at) == ("dialling", None)
    play.hand(LegAnswered(play.interaction().customer_leg or LegId("")))
    assert (office.work().state, office.work().waited_seconds) == ("connected", 0)


async def test_the_talk_of_a_call_out_counts_from_the_customers_answer() -> None:
    """Not from the agent's own phone."""
    office = dialling()
    office.play.hand(LegAnswered(office.play.interaction().customer_leg or LegId("")), after=7)
    assert office.work().connected_at == office.play.now
    office.play.hand(HoldRequested(ANN), after=5)
    office.play.hand(RetrieveRequested(ANN), after=5)
    assert office.work().connected_at == office.play.now - seconds(10)


@pytest.mark.parametrize(
    ("cause", "outcome"), [(Cause.BUSY, "busy"), (Cause.UNREACHABLE, "unreachable"), (Cause.NORMAL, "cancelled")]
)
async def test_a_call_out_that_reached_nobody_says_why(cause: Cause, outcome: str) -> None:
    """In wrap-up, where no talk is shown."""
    office = dialling()
    office.play.hand(LegEnded(office.play.interaction().customer_leg or LegId(""), cause))
    work = office.work()
    assert (work.state, work.outcome, work.connected_at) == ("wrap_up", outcome, None)


async def test_a_call_out_that_the_agent_ends_first_was_cancelled() -> None:
    """At once, before the PBX has said anything."""
    office = dialling()
    office.play.hand(HangUpRequested(ANN))
    assert (office.work().state, office.work().outcome) == ("wrap_up", "cancelled")


async def test_a_hold_has_its_own_beginning() -> None:
    """And none when it is over."""
    office = through_the_menu()
    office.play.agent_answers()
    office.play.hand(HoldRequested(ANN), after=20)
    assert office.work().held_at == office.play.now
    office.play.hand(RetrieveRequested(ANN), after=20)
    assert office.work().held_at is None


async def test_work_whose_interaction_is_unknown_is_not_shown() -> None:
    """A journal that lost a row must not break the page."""
    office = through_the_menu()
    office.play.centre.interactions.clear()
    view = office.desk.agent(ANN)
    assert view is not None
    assert view.work is None


async def test_a_queue_that_is_gone_leaves_its_name() -> None:
    """The plan was replaced while the call goes on."""
    office = through_the_menu()
    office.play.centre.plan = replace(office.play.centre.plan, queues={}, entry_points={})
    work = office.work()
    assert (work.queue, work.queue_name, work.entry_point, work.dispositions) == (SALES, "", "", ())


# -- queues -------------------------------------------------------------------------------------------------------------


async def test_an_empty_queue_is_all_zero() -> None:
    """And has no service level yet."""
    view = Office().queue()
    assert (view.id, view.waiting, view.longest_wait_seconds, view.talking) == (SUPPORT, 0, 0, 0)
    assert (view.offered_today, view.service_level_ratio, view.line, view.tiers) == (0, None, [], [])


async def test_the_line_is_in_the_order_of_service() -> None:
    """With positions; who is being offered keeps the place."""
    office = Office()
    play = office.play
    play.calls(name="c1")
    play.passes(5)
    play.calls(PRIVATE_DNIS, name="vip")
    play.passes(5)
    play.is_ready(ANN)
    line = office.queue().line
    assert [(w.position, w.interaction, w.offered_to, w.priority) for w in line] == [
        (1, "vip", ANN, 10),
        (2, "c1", "", 0),
    ]


async def test_the_longest_wait_is_that_of_whoever_waits_longest() -> None:
    """Not of the first in line."""
    office = Office()
    office.play.calls(name="c1")
    office.play.passes(5)
    office.play.calls(PRIVATE_DNIS, name="vip")
    office.play.passes(2)
    view = office.queue()
    assert (view.waiting, view.longest_wait_seconds) == (2, 7)


async def test_the_line_names_the_customer() -> None:
    """As far as known: the card, else the network, else nothing."""
    office = Office()
    office.play.calls()
    assert office.queue().line[0].customer_name == ""
    office.play.hand(CustomerFound(KEY, CARD))
    (waiting,) = office.queue().line
    assert (waiting.customer_name, waiting.tier) == ("Wang Xiaoming", "gold")


async def test_the_agents_of_a_queue_are_those_who_could_take_its_calls() -> None:
    """Signed in, and ready among them."""
    office = Office()
    office.play.is_ready(ANN, BOB)
    office.play.hand(SignInRequested(CEM))
    sales, support = office.queue(0), office.queue(1)
    assert (sales.agents_signed_in, sales.agents_ready) == (1, 1)
    assert (support.agents_signed_in, support.agents_ready) == (3, 2)


async def test_the_talks_of_a_queue_are_counted() -> None:
    """Each queue its own."""
    office = Office()
    office.play.talks()
    assert (office.queue(0).talking, office.queue(1).talking) == (0, 1)


async def test_the_day_is_counted() -> None:
    """One answered in time, one abandoned: half."""
    office = Office()
    office.play.talks()
    office.play.calls(name="c2")
    office.play.leaves("c2")
    view = office.queue()
    assert (view.offered_today, view.answered_today, view.abandoned_today) == (2, 1, 1)
    assert view.service_level_ratio == 0.5


async def test_tiers_are_those_of_the_day_and_of_the_line() -> None:
    """Who waits counts before there is a result."""
    office = Office()
    office.play.talks()
    office.play.calls(name="c2")
    office.play.hand(CustomerFound(InteractionId("c2"), CARD))
    tiers = office.queue().tiers
    assert [(tier.tier, tier.waiting, tier.answered_today, tier.within_target_today) for tier in tiers] == [
        ("", 0, 1, 1),
        ("gold", 1, 0, 0),
    ]


async def test_a_tier_whose_callers_gave_up_is_at_nought() -> None:
    """By the formula of the queue, so that rows and ring agree; without a result there is no figure."""
    office = Office()
    office.play.talks()
    for name in ("c2", "c3", "c4"):
        office.play.calls(name=name)
        office.play.hand(CustomerFound(InteractionId(name), CARD))
    office.play.leaves("c2")
    office.play.leaves("c3")
    queue = office.queue()
    assert {tier.tier: (tier.offered_today, tier.service_level_ratio) for tier in queue.tiers} == {
        "": (1, 1.0),
        "gold": (2, 0.0),
    }
    assert queue.service_level_ratio == pytest.approx(1 / 3)


async def test_a_long_line_is_cut() -> None:
    """A page shows a hundred; the figure says how many there are."""
    full = plan()
    queues = {key: replace(queue, max_length=500) for key, queue in full.queues.items()}
    office = Office(Play(replace(full, queues=queues)))
    for number in range(120):
        office.play.calls(name=f"c{number}")
    view = office.queue()
    assert (view.waiting, len(view.line)) == (120, 100)


# -- the rest -----------------------------------------------------------------------------------------------------------


async def test_the_reasons_are_the_plans() -> None:
    """Code and label."""
    assert dict(Office().desk.not_ready_reasons()) == {"lunch": "Lunch"}


async def test_requests_go_to_the_runtime_and_notices_come_back() -> None:
    """Until the listener stops listening."""
    office = Office()
    heard: list[Notice] = []
    stop: Callable[[], None] = office.desk.subscribe(heard.append)
    office.tasks.spawn("kernel", office.runtime.run())
    await office.desk.ask(SignInRequested(ANN))
    stop()
    await office.desk.ask(SignInRequested(BOB))
    assert [notice.agent for notice in heard if isinstance(notice, PresenceChanged)] == [ANN]
    await office.tasks.close()


async def test_a_refused_request_says_why() -> None:
    """To the one who asked."""
    office = Office()
    office.tasks.spawn("kernel", office.runtime.run())
    with pytest.raises(Refused, match="not_signed_in"):
        await office.desk.ask(ReadyRequested(ANN))
    await office.tasks.close()


async def test_the_second_agent_sees_what_the_first_wrote() -> None:
    """With names; the own work shows nothing of itself."""
    office = Office()
    play = office.play
    play.talks(ANN)
    item = play.centre.current_work(ANN)
    assert item is not None
    play.hand(WrapUpSaved(ANN, item.id, "sold", "wants two", done=False))
    play.is_ready(BOB)
    play.hand(BlindTransferRequested(ANN, TransferTarget(TransferKind.AGENT, BOB)))
    ann, bob = office.desk.agent(ANN), office.desk.agent(BOB)
    assert ann is not None
    assert bob is not None
    assert ann.work is not None
    assert bob.work is not None
    assert (ann.work.transferred_by, ann.work.earlier_results) == ("", [])
    assert (bob.work.transferred_by, bob.work.notes) == ("Ann", "")
    assert bob.work.earlier_results == [ColleagueResultView(ANN, "Ann", "sold", "wants two")]


async def test_who_waits_in_two_queues_is_counted_in_one_and_shown_in_both() -> None:
    """The own queue has the line; the further one says that somebody waits there too."""
    office = Office(
        Play(plan(queues={SALES: queue(SALES, "sales", also=(SUPPORT,)), SUPPORT: queue(SUPPORT, "support")}))
    )
    office.play.calls(SALES_DNIS, "c1")
    sales, support = office.queue(0), office.queue(1)
    assert (sales.waiting, [each.also for each in sales.line], sales.waiting_here_too) == (1, [["Support"]], 0)
    assert (support.waiting, support.line, support.waiting_here_too) == (0, [], 1)
