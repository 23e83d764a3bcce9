"""The generated models: typed events, and the agreement with the Asterisk that is there."""

from __future__ import annotations

from ccserver.adapters.asterisk.ari_models import EVENTS, ChannelDestroyed


def test_every_event_type_has_its_model() -> None:
    """The table's names are the names on the wire."""
    assert all(model.__name__ == name for name, model in EVENTS.items())
    assert {"StasisStart", "StasisEnd", "ChannelDestroyed", "PlaybackFinished"} <= set(EVENTS)


def test_an_event_with_new_fields_is_read() -> None:
    """A newer Asterisk may say more than we know."""
    raw = {
        "type": "ChannelDestroyed", "application": "ccserver", "timestamp": "2026-11-21T23:11:37.511+0000",
        "cause": 17, "cause_txt": "User busy", "of_tomorrow": True,
        "channel": {
            "id": "cc-1", "protocol_id": "", "name": "PJSIP/ann-1", "state": "Down", "accountcode": "",
            "caller": {"name": "", "number": ""}, "connected": {"name": "", "number": ""}, "language": "en",
            "dialplan": {"context": "c", "exten": "s", "priority": 1, "app_name": "", "app_data": ""},
            "creationtime": "2026-11-21T23:11:37.511+0000",
        },
    }  # fmt: skip
    event = ChannelDestroyed.model_validate(raw)
    assert (event.cause, event.tech_cause, event.channel.name) == (17, None, "PJSIP/ann-1")
