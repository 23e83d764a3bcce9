"""The tables of the CRM database. They change only together with a revision in `migrations/`.

The history refers to agents, queues and customers by their ids without foreign keys: a record is stored whatever has
been renamed or removed since the call.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Double, ForeignKey, Index, Integer, MetaData, Table, text

from ccserver.adapters.db.column_types import CleanJson, CleanText, Seconds, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _text(name: str) -> Column[str]:
    return Column(name, CleanText, nullable=False, server_default=text("''"))


customers = Table(
    "customers",
    metadata,
    Column("id", CleanText, primary_key=True),
    _text("name"),
    _text("tier"),
    Column("value", Double, nullable=False, server_default=text("0")),
    _text("language"),
    _text("notes"),
    _text("account_manager"),
    Column("external_id", CleanText, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

customer_numbers = Table(
    "customer_numbers",
    metadata,
    Column("number", CleanText, primary_key=True, comment="E.164 with plus; belongs to one customer"),
    Column("customer", ForeignKey("customers.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False, comment="0 is the main number"),
)

agents = Table(
    "agents",
    metadata,
    Column("id", CleanText, primary_key=True),
    _text("name"),
    _text("extension"),
    _text("team"),
    Column("is_active", Boolean, nullable=False, comment="false: no longer in the plan"),
)

queues = Table(
    "queues",
    metadata,
    Column("id", CleanText, primary_key=True),
    _text("name"),
    Column("is_active", Boolean, nullable=False, comment="false: no longer in the plan"),
)

dispositions = Table(
    "dispositions",
    metadata,
    Column("queue", ForeignKey("queues.id", ondelete="CASCADE"), primary_key=True),
    Column("code", CleanText, primary_key=True),
    Column("is_active", Boolean, nullable=False, comment="false: no longer offered to agents"),
)

roles = Table(
    "roles",
    metadata,
    Column("name", CleanText, primary_key=True),
    _text("description"),
)

users = Table(
    "users",
    metadata,
    Column("name", CleanText, primary_key=True),
    Column("role", ForeignKey("roles.name"), nullable=False),
    Column("agent", CleanText, comment="null: takes no calls"),
    Column("password_hash", CleanText, nullable=False, comment="Argon2id in PHC form"),
    Column("is_disabled", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

interactions = Table(
    "interactions",
    metadata,
    Column("id", CleanText, primary_key=True),
    Column("revision", Integer, nullable=False),
    _text("direction"),
    _text("channel"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("customer_left_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("length_seconds", Seconds, nullable=False, comment="started_at to ended_at; sum of the segments"),
    Column("call_seconds", Seconds, nullable=False, comment="started_at to customer_left_at"),
    _text("ani"),
    _text("dnis"),
    Column("customer", CleanText),
    _text("customer_name"),
    _text("customer_number"),
    _text("tier"),
    Column("queue", CleanText),
    Column("agent", CleanText, comment="who spoke last; all are in the segments"),
    _text("reason"),
    _text("result"),
    _text("end_cause"),
    Column("ivr_answers", CleanJson, nullable=False),
    _text("disposition"),
    _text("notes"),
    Column("script", CleanText, nullable=False, server_default=text("''"), comment="of the queue of who spoke last"),
    Column("documents", CleanJson, nullable=False, comment="references: name and address or id"),
    Column("recordings", CleanJson, nullable=False),
    Column("decisions", CleanJson, nullable=False, comment="to whom it was offered and why"),
    Column(
        "waits", CleanJson, nullable=False, server_default=text("'[]'"), comment="what was foretold and told of them"
    ),
    Column("ways", CleanJson, nullable=False, server_default=text("'[]'"), comment="where it was sent on, and why"),
    Column("is_final", Boolean, nullable=False),
    Column("callback_of", CleanText, comment="the call in which it was promised"),
)
Index(None, interactions.c.started_at, interactions.c.id)
Index(None, interactions.c.customer, interactions.c.started_at)

segments = Table(
    "segments",
    metadata,
    Column("interaction", ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _text("kind"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime, nullable=False),
    Column("length_seconds", Seconds, nullable=False),
    Column("beside_seconds", Seconds, nullable=False, comment="counted in another segment; whole is both"),
    Column("queue", CleanText),
    Column("agent", CleanText),
)
Index(None, segments.c.agent, segments.c.interaction)
Index(None, segments.c.queue, segments.c.interaction)

recordings = Table(
    "recordings",
    metadata,
    Column("interaction", ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True),
    Column("name", CleanText, primary_key=True, comment="as it was asked of the PBX"),
)
Index(None, recordings.c.name)

audit = Table(
    "audit",
    metadata,
    Column("serial", BigInteger, primary_key=True, autoincrement=False, comment="without gaps from 1"),
    Column("at", UtcDateTime, nullable=False),
    _text("user"),
    _text("action"),
    _text("object"),
    _text("address"),
    Column("before", CleanText, comment="JSON"),
    Column("after", CleanText, comment="JSON"),
    _text("reason"),
    Column("detail", CleanText, nullable=False, comment="JSON"),
    Column("hash", CleanText, nullable=False, comment="SHA-256 over the hash before and this row"),
)

audit_end = Table(
    "audit_end",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False, comment="always 1"),
    Column("serial", BigInteger, nullable=False),
    Column("hash", CleanText, nullable=False),
)
"""The last link of the chain: serialises writers, and tells when rows were cut off the end."""
