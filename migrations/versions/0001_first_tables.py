"""First tables: customers, people, the plan's names, history, audit."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    "customers", "customer_numbers", "agents", "queues", "dispositions", "roles", "users",
    "interactions", "segments", "recordings", "audit", "audit_end",
)  # fmt: skip
ROLES = {
    "agent": "takes and makes calls",
    "supervisor": "sees queues and agents, listens and helps",
    "admin": "changes users and the configuration",
}


def text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))


def key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def optional(name: str, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=True, comment=comment)


def instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def json(name: str, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False, comment=comment)


def flag(name: str, comment: str | None = None) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, comment=comment)


def primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def belongs_to(table: str, column: str, target: str, on_delete: str | None = "CASCADE") -> sa.ForeignKeyConstraint:
    target_table = target.partition(".")[0]
    return sa.ForeignKeyConstraint(
        [column], [target], name=op.f(f"fk_{table}_{column}_{target_table}"), ondelete=on_delete
    )


def index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def upgrade() -> None:
    create_customers()
    create_names_of_the_plan()
    create_people()
    create_history()
    create_audit()
    forbid_changes_of_audit()


def create_customers() -> None:
    op.create_table(
        "customers",
        key("id"), text("name"), text("tier"),
        sa.Column("value", sa.Double(), nullable=False, server_default=sa.text("0")),
        text("language"), text("notes"), text("account_manager"), optional("external_id"), instant("created_at"), instant("updated_at"),
        primary("customers", "id"),
        sa.UniqueConstraint("external_id", name=op.f("uq_customers_external_id")),
    )  # fmt: skip
    op.create_table(
        "customer_numbers",
        sa.Column("number", sa.Text(), nullable=False, comment="E.164 with plus; belongs to one customer"),
        key("customer"),
        sa.Column("position", sa.Integer(), nullable=False, comment="0 is the main number"),
        primary("customer_numbers", "number"),
        belongs_to("customer_numbers", "customer", "customers.id"),
    )
    index("customer_numbers", "customer")


def create_names_of_the_plan() -> None:
    gone = "false: no longer in the plan"
    op.create_table(
        "agents",
        key("id"),
        text("name"),
        text("extension"),
        text("team"),
        flag("is_active", gone),
        primary("agents", "id"),
    )
    op.create_table("queues", key("id"), text("name"), flag("is_active", gone), primary("queues", "id"))
    op.create_table(
        "dispositions",
        key("queue"), key("code"), flag("is_active", "false: no longer offered to agents"),
        primary("dispositions", "queue", "code"),
        belongs_to("dispositions", "queue", "queues.id"),
    )  # fmt: skip


def create_people() -> None:
    roles = op.create_table("roles", key("name"), text("description"), primary("roles", "name"))
    op.bulk_insert(roles, [{"name": name, "description": description} for name, description in ROLES.items()])
    op.create_table(
        "users",
        key("name"), key("role"), optional("agent", "null: takes no calls"),
        sa.Column("password_hash", sa.Text(), nullable=False, comment="Argon2id in PHC form"),
        flag("is_disabled"), instant("created_at"), instant("updated_at"),
        primary("users", "name"),
        belongs_to("users", "role", "roles.name", on_delete=None),
    )  # fmt: skip


def create_history() -> None:
    op.create_table(
        "interactions",
        key("id"), sa.Column("revision", sa.Integer(), nullable=False), text("direction"), text("channel"),
        instant("started_at"), instant("customer_left_at"), instant("ended_at"),
        sa.Column("length_seconds", sa.Double(), nullable=False, comment="started_at to ended_at; sum of the segments"),
        sa.Column("call_seconds", sa.Double(), nullable=False, comment="started_at to customer_left_at"),
        text("ani"), text("dnis"), optional("customer"), text("customer_name"), text("customer_number"), text("tier"),
        optional("queue"), optional("agent", "who spoke last; all are in the segments"),
        text("reason"), text("result"), text("end_cause"), json("ivr_answers"), text("disposition"), text("notes"),
        sa.Column("script", sa.Text(), nullable=False, server_default=sa.text("''"), comment="of the queue of who spoke last"),
        json("documents", "references: name and address or id"), json("recordings"),
        json("decisions", "to whom it was offered and why"),
        sa.Column("waits", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False, server_default=sa.text("'[]'"), comment="what was foretold and told of them"),
        sa.Column("ways", sa.JSON().with_variant(JSONB(), "postgresql"), nullable=False, server_default=sa.text("'[]'"), comment="where it was sent on, and why"),
        optional("callback_of", "the call in which it was promised"),
        flag("is_final"),
        primary("interactions", "id"),
    )  # fmt: skip
    index("interactions", "started_at", "id")
    index("interactions", "customer", "started_at")
    op.create_table(
        "segments",
        key("interaction"), sa.Column("position", sa.Integer(), nullable=False), text("kind"),
        instant("started_at"), instant("ended_at"), sa.Column("length_seconds", sa.Double(), nullable=False),
        sa.Column("beside_seconds", sa.Double(), nullable=False, comment="counted in another segment; whole is both"),
        optional("queue"), optional("agent"),
        primary("segments", "interaction", "position"),
        belongs_to("segments", "interaction", "interactions.id"),
    )  # fmt: skip
    index("segments", "agent", "interaction")
    index("segments", "queue", "interaction")
    op.create_table(
        "recordings",
        key("interaction"), sa.Column("name", sa.Text(), nullable=False, comment="as it was asked of the PBX"),
        primary("recordings", "interaction", "name"),
        belongs_to("recordings", "interaction", "interactions.id"),
    )  # fmt: skip
    index("recordings", "name")


def create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("serial", sa.BigInteger(), autoincrement=False, nullable=False, comment="without gaps from 1"),
        instant("at"), text("user"), text("action"), text("object"), text("address"),
        optional("before", "JSON"), optional("after", "JSON"), text("reason"),
        sa.Column("detail", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256 over the hash before and this row"),
        primary("audit", "serial"),
    )  # fmt: skip
    end = op.create_table(
        "audit_end",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False, comment="always 1"),
        sa.Column("serial", sa.BigInteger(), nullable=False),
        key("hash"),
        primary("audit_end", "id"),
    )
    op.bulk_insert(end, [{"id": 1, "serial": 0, "hash": ""}])


def forbid_changes_of_audit() -> None:
    """Against mistakes; against an intruder with the database's password there is the hash chain."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION ccserver_append_only() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$"
        )
        op.execute(
            "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
            "FOR EACH STATEMENT EXECUTE FUNCTION ccserver_append_only()"
        )
        return
    for change in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER audit_no_{change.lower()} BEFORE {change} ON audit "
            "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END"
        )


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION ccserver_append_only()")
