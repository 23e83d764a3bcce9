"""The kernel: one event in, everything that follows from it out, in one synchronous step.

`handle(event, now)` finds the handlers of the event, runs them, and goes on with the internal events they yield until none
is left. Then it lets the dispatch look at what has changed, and makes the offers that follow; then the overflow watch, for
those whom a rule sends on. It never waits, so looking for an agent and taking the agent cannot be torn apart. It decides
nothing itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from ccserver.core import (
    arrival,
    calling,
    ending,
    events,
    exits,
    fallback,
    fallback_events,
    mishap,
    phone_use,
    presence,
    reconcile,
    succession,
    talking,
    timers,
    transfer,
    work,
)
from ccserver.core.acd import asking, keeping, offering, overflow, queueing, returning, treatment, waiting_keys
from ccserver.core.acd.dispatch import Dispatch
from ccserver.core.acd.forecasting import LiveForecast
from ccserver.core.acd.learned import Learned
from ccserver.core.acd.overflow_watch import OverflowWatch
from ccserver.core.blindness import LOOK_AGAIN, is_blind
from ccserver.core.centre import Centre
from ccserver.core.commands import CancelTimer, Command, LookUpCustomer, StartTimer
from ccserver.core.commands import TelephonyCommand as TelephonyCommandType
from ccserver.core.errors import CascadeTooLong, Refused
from ccserver.core.events import Event, TimerFired
from ccserver.core.ids import InteractionId
from ccserver.core.ivr import interpreter
from ccserver.core.notices import Notice

Effect = Command | Notice | Event
Handler = Callable[[Centre, Any, datetime], Iterator[Effect]]
MOST_STEPS: Final = 20_000
"""Internal events that one event may cause; a full reconciliation of a large node needs several thousand."""

HANDLERS: Mapping[type, tuple[Handler, ...]] = {
    events.LegArrived: (arrival.on_leg_arrived, fallback.on_leg_arrived),
    events.PhoneDialled: (calling.on_phone_dialled,),
    events.LegRang: (talking.on_leg_rang,),
    events.LegAnswered: (talking.on_leg_answered, calling.on_leg_answered, transfer.on_leg_answered),
    events.LegEnded: (ending.on_leg_ended,),
    events.DigitReceived: (interpreter.on_digit, waiting_keys.on_digit),
    events.PromptFinished: (
        interpreter.on_prompt_finished,
        asking.on_prompt_finished,
        treatment.on_prompt_finished,
        exits.on_prompt_finished,
    ),
    events.MessageRecorded: (exits.on_message_recorded,),
    events.ConnectFailed: (talking.on_connect_failed,),
    events.PhoneReachable: (presence.on_phone_reachable,),
    events.PhoneUnreachable: (presence.on_phone_unreachable,),
    fallback_events.PhoneBusy: (phone_use.on_phone_busy,),
    fallback_events.PhoneFree: (phone_use.on_phone_free,),
    fallback_events.FallbackEntered: (fallback.on_fallback_entered,),
    fallback_events.FallbackRang: (fallback.on_fallback_rang,),
    fallback_events.FallbackAnswered: (fallback.on_fallback_answered,),
    fallback_events.FallbackClosed: (fallback.on_fallback_closed,),
    fallback_events.FallbackLeft: (fallback.on_fallback_left,),
    fallback_events.FallbackRestarted: (fallback.on_fallback_restarted,),
    fallback_events.FallbackRead: (fallback.on_fallback_read,),
    events.TelephonyLost: (reconcile.on_telephony_lost,),
    events.TelephonyRestored: (reconcile.on_telephony_restored,),
    events.PbxAudited: (reconcile.on_pbx_audited,),
    events.SignInRequested: (presence.on_sign_in,),
    events.SignOutRequested: (presence.on_sign_out,),
    events.ReadyRequested: (presence.on_ready,),
    events.NotReadyRequested: (presence.on_not_ready,),
    events.DesktopAttached: (presence.on_desktop_attached,),
    events.DesktopDetached: (presence.on_desktop_detached,),
    events.HoldRequested: (talking.on_hold_requested,),
    events.RetrieveRequested: (talking.on_retrieve_requested,),
    events.HangUpRequested: (talking.on_hang_up_requested,),
    events.BlindTransferRequested: (transfer.on_blind_transfer,),
    events.CallRequested: (calling.on_call_requested,),
    events.CallbackCancelled: (keeping.on_callback_cancelled,),
    events.WrapUpSaved: (work.on_wrap_up_saved,),
    events.CustomerFound: (arrival.on_customer_found, interpreter.on_customer_found),
    events.ServerStarted: (presence.on_server_started, succession.on_server_started),
    events.PlanChanged: (succession.on_plan_changed,),
    events.PairMatched: (offering.on_pair_matched,),
    events.FlowChosen: (interpreter.on_flow_chosen,),
    events.ExitTaken: (exits.on_exit_taken,),
    events.QueueChosen: (queueing.on_queue_chosen,),
    events.PlaceWidened: (overflow.on_place_widened,),
    events.NumberChosen: (overflow.on_number_chosen,),
    events.MessageChosen: (exits.on_message_chosen,),
    events.CallbackMissed: (keeping.on_callback_missed,),
    events.WorkItemLost: (returning.on_work_item_lost,),
    events.InteractionGivenUp: (ending.on_given_up,),
    events.TransferFailed: (returning.on_transfer_failed,),
}

TIMER_HANDLERS: Mapping[type, tuple[Handler, ...]] = {
    timers.RingLimit: (offering.on_ring_limit,),
    timers.WrapUpLimit: (work.on_wrap_up_limit,),
    timers.AnnouncementDue: (treatment.on_announcement_due,),
    timers.ComfortDue: (treatment.on_comfort_due,),
    timers.MaxWait: (overflow.on_max_wait,),
    timers.OverflowDue: (overflow.on_overflow_due,),
    timers.InvitationDue: (waiting_keys.on_invitation_due,),
    timers.CallbackDue: (keeping.on_callback_due,),
    timers.CallbackExpires: (keeping.on_callback_expires,),
    timers.DigitLimit: (interpreter.on_digit_limit, asking.on_digit_limit),
    timers.PromptLimit: (exits.on_prompt_limit,),
    timers.LookUpLimit: (arrival.on_look_up_limit,),
    timers.MessageLimit: (exits.on_message_limit,),
    timers.CloseLimit: (ending.on_close_limit,),
    timers.DialLimit: (calling.on_dial_limit, transfer.on_dial_limit),
    timers.DesktopGrace: (presence.on_desktop_grace,),
    timers.AgentsKept: (),  # the dispatch looks after every event
}

_TELEPHONY: Final = TelephonyCommandType.__args__


@dataclass(slots=True)
class Outcome:
    """What follows from one event. `touched` names what may have changed: (kind, id)."""

    telephony: list[TelephonyCommandType] = field(default_factory=list)
    timers: list[StartTimer | CancelTimer] = field(default_factory=list)
    look_ups: list[LookUpCustomer] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    touched: frozenset[tuple[str, str]] = frozenset()


class Kernel:
    """Runs the handlers over one centre. Not for several threads."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.dispatch: Dispatch | None = None
        """None after a bug: what it holds may be wrong. The next event makes a new one from the centre."""
        self.overflow: OverflowWatch | None = None
        """The same holds for it."""
        self.forecast: LiveForecast | None = None
        """The same holds for it; what it learned is lost only by a bug of its own."""
        self._broken: tuple[Event, deque[Event], Outcome] | None = None

    @property
    def at_fault(self) -> Event | None:
        """The event at which a bug showed, which may be an internal one; None while there is nothing to recover from."""
        return self._broken[0] if self._broken is not None else None

    def learned(self) -> Learned | None:
        """What was learned so far, beside what the centre holds; None before the first event and after a bug."""
        if self.dispatch is None:
            return None
        waits = None if self.forecast is None else self.forecast.estimator.learned()
        return replace(self.dispatch.learned(), waits=waits)

    def begin_anew(self, learned: Learned | None) -> None:
        """Make everything that is derived from the centre afresh at the next event, but for what was learned.

        The record of events begins so, and its replay: two kernels with equal centres decide alike from there.
        """
        self.dispatch, self.overflow = Dispatch(learned), OverflowWatch()
        self.forecast = LiveForecast(None if learned is None else learned.waits)

    def handle(self, event: Event, now: datetime) -> Outcome:
        """Carry out one event.

        Raises Refused for a request that is not allowed (nothing has changed then), IllegalTransition, CascadeTooLong or
        anything else for a bug: `recover` then says what follows. A timer that was cancelled or replaced in the meantime
        changes nothing.
        """
        self.dispatch = self.dispatch or Dispatch()
        self.overflow = self.overflow or OverflowWatch()
        self.forecast = self.centre.forecast = self.forecast or LiveForecast()
        return self._work_off(event, deque([event]), Outcome(), now)

    def recover(self, subject: InteractionId | None, now: datetime) -> Outcome:
        """What follows from the event whose `handle` raised a bug: everything that was decided before it, the end of the
        interaction that it hit (`subject`, if it is known), and what the event meant for others.

        Raises what a further bug raises; call it again then, with the subject of that one. Each time there is less to do.
        """
        if self._broken is None:
            return Outcome()
        event, waiting, outcome = self._broken
        if self.dispatch is not None:
            self.dispatch = Dispatch()  # a handler stopped half-way: not all that it changed counts as touched
        if self.overflow is not None:
            self.overflow = OverflowWatch()
        for interaction in mishap.hit_by(self.centre, event, subject, now):
            others = [each for each in waiting if not mishap.is_of(each, interaction.id)]
            waiting.clear()
            waiting.extend(others)
            try:
                for effect in mishap.end_at_once(self.centre, interaction, now):
                    self._take(effect, waiting, outcome)
            except Exception:
                self.centre.forget(interaction)  # without a record, but nothing waits for it any more
                raise
        for effect in mishap.turn_away(self.centre, event):
            self._take(effect, waiting, outcome)
        outcome = self._work_off(event, waiting, outcome, now)
        self._broken = None
        return outcome

    def _work_off(self, first: Event, waiting: deque[Event], outcome: Outcome, now: datetime) -> Outcome:
        event = first
        try:
            for _ in range(MOST_STEPS):
                if not waiting:
                    self._look(now, waiting, outcome)
                if not waiting:
                    outcome.touched = frozenset(self.centre.touched)
                    self.centre.touched.clear()
                    return outcome
                event = waiting.popleft()
                self._step(event, now, waiting, outcome)
            event = first
            waiting.clear()
            raise CascadeTooLong(repr(first)[:200])
        except Refused:
            raise
        except Exception:
            self._broken = event, waiting, outcome
            raise

    def _step(self, event: Event, now: datetime, waiting: deque[Event], outcome: Outcome) -> None:
        if isinstance(event, TimerFired):
            due_at = self.centre.timers.get(event.key)
            if due_at is None or due_at > now:
                return
            del self.centre.timers[event.key]
            # Whoever keeps timers forgets this one, unless it starts anew.
            outcome.timers.append(CancelTimer(event.key))
            if is_blind(self.centre, event.key):
                self._take(StartTimer(event.key, now + LOOK_AGAIN), waiting, outcome)
                return
            handlers, subject = TIMER_HANDLERS[type(event.key)], event.key
        else:
            handlers, subject = HANDLERS[type(event)], event  # type: ignore[assignment]
        for handler in handlers:
            for effect in handler(self.centre, subject, now):
                self._take(effect, waiting, outcome)

    def _look(self, now: datetime, waiting: deque[Event], outcome: Outcome) -> None:
        dispatch, self.dispatch = self.dispatch, None
        if dispatch is not None:
            waiting.extend(dispatch.look(self.centre, now))
            for effect in dispatch.timer(self.centre):
                self._take(effect, waiting, outcome)
            self.dispatch = dispatch
            if not waiting:
                self._look_ahead(dispatch, now, waiting, outcome)
        if not waiting:
            self._look_for_overflow(now, waiting, outcome)

    def _look_ahead(self, dispatch: Dispatch, now: datetime, waiting: deque[Event], outcome: Outcome) -> None:
        forecast, self.forecast = self.forecast, None
        if forecast is not None:
            for notice in forecast.follow(self.centre, dispatch, now):
                self._take(notice, waiting, outcome)
            self.forecast = forecast

    def _look_for_overflow(self, now: datetime, waiting: deque[Event], outcome: Outcome) -> None:
        watch, self.overflow = self.overflow, None
        if watch is not None:
            for effect in watch.look(self.centre, now):
                self._take(effect, waiting, outcome)
            self.overflow = watch

    def _take(self, effect: Effect, waiting: deque[Event], outcome: Outcome) -> None:
        if isinstance(effect, StartTimer):
            self.centre.timers[effect.key] = effect.due_at
            outcome.timers.append(effect)
        elif isinstance(effect, CancelTimer):
            if self.centre.timers.pop(effect.key, None) is not None:
                outcome.timers.append(effect)
        elif isinstance(effect, LookUpCustomer):
            outcome.look_ups.append(effect)
        elif isinstance(effect, _TELEPHONY):
            outcome.telephony.append(effect)
        elif type(effect) in HANDLERS:
            waiting.append(effect)  # type: ignore[arg-type]
        else:
            outcome.notices.append(effect)  # type: ignore[arg-type]
