"""Who may do what: one table, a row for every address of the server. What has no row is not served at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ccserver.core.errors import CcserverError
from ccserver.core.ids import AgentId
from ccserver.services.office import Role, User


@dataclass(frozen=True, slots=True)
class Row:
    """`everywhere`: roles that may do it for anybody. `own`: roles that may do it for the agent the user works as."""

    everywhere: frozenset[Role] = frozenset()
    own: frozenset[Role] = frozenset()
    is_public: bool = False
    """No sign-in needed."""

    def allows(self, user: User, agent: AgentId | None) -> bool:
        """May this user do it; `agent` is the agent it is about, None if it is about none."""
        return user.role in self.everywhere or (user.role in self.own and agent is not None and agent == user.agent)


PUBLIC = Row(is_public=True)
EVERYONE = Row(everywhere=frozenset(Role))
SENIORS = Row(everywhere=frozenset({Role.SUPERVISOR, Role.ADMIN}))
ADMINS = Row(everywhere=frozenset({Role.ADMIN}))
OWN_AGENT = Row(everywhere=SENIORS.everywhere, own=frozenset({Role.AGENT}))
OWN_PHONE = Row(everywhere=ADMINS.everywhere, own=frozenset(Role))

TABLE: Mapping[str, Row] = {
    "sign_in": PUBLIC,
    "read_session": EVERYONE,
    "sign_out": EVERYONE,
    "make_ticket": EVERYONE,
    "read_me": EVERYONE,
    "list_agents": EVERYONE,  # agents see colleagues without their work
    "read_agent": EVERYONE,
    "read_phone": OWN_PHONE,
    "set_presence": OWN_AGENT,
    "hold": OWN_AGENT,
    "retrieve": OWN_AGENT,
    "hang_up": OWN_AGENT,
    "transfer": OWN_AGENT,
    "save_wrap_up": OWN_AGENT,
    "start_call": OWN_AGENT,
    "read_number": EVERYONE,
    "list_not_ready_reasons": EVERYONE,
    "list_callbacks": SENIORS,
    "cancel_callback": SENIORS,
    "list_queues": EVERYONE,  # agents see them without the names of those who wait
    "read_queue": EVERYONE,
    "list_interactions": EVERYONE,  # agents see their own and those of customers they deal with
    "read_interaction": EVERYONE,
    "play_recording": EVERYONE,  # agents hear those they had a part in, and download none
    "list_customers": EVERYONE,
    "add_customer": EVERYONE,
    "read_customer": EVERYONE,
    "change_customer": EVERYONE,  # tier and value: seniors only
    "reload_config": ADMINS,
    "list_audit": ADMINS,
    "start_demo_call": EVERYONE,
    "desktop_socket": EVERYONE,
    "openapi": PUBLIC,
    "docs": PUBLIC,
    "docs_style": PUBLIC,
    "problem_page": PUBLIC,
    "healthz": PUBLIC,
    "readyz": PUBLIC,
    "metrics": PUBLIC,
    "index": PUBLIC,
    "asset": PUBLIC,
    "page_file": PUBLIC,
}


class PermissionGap(CcserverError):
    """Our bug: an address without a row in the table, or a row without an address."""


def check_complete(names: Iterable[str | None]) -> None:
    """Every route named has its row, and every row its route. Raises PermissionGap."""
    served = {name or "a route without a name" for name in names}
    gaps = sorted(served ^ TABLE.keys())
    if gaps:
        raise PermissionGap(f"the permission table and the routes differ in: {', '.join(gaps)}")
