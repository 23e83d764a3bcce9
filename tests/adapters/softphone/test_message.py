"""SIP as text: reading, writing, the digest answer, the description of audio."""

from __future__ import annotations

import pytest
from tests.adapters.softphone.proxy_peer import expected_response, parameters

from ccserver.adapters.softphone.message import digest, media_address, parse, render, sdp

INVITE = (
    b"INVITE sip:bob@biloxi.com SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nVia: SIP/2.0/UDP b\r\n"
    b"f: Alice <sip:alice@atlanta.com>;tag=1\r\nCSeq: 314159 INVITE\r\n\r\nbody"
)
NONCE = "dcd98b7102dd2f0e8b11d0f600bfb0c093"


def test_a_request_is_read() -> None:
    """Start line, headers, body."""
    message = parse(INVITE)
    assert message is not None
    assert (message.is_response, message.method, message.body) == (False, "INVITE", "body")


def test_a_header_that_comes_twice_keeps_its_order() -> None:
    """The path of a request is such a list."""
    message = parse(INVITE)
    assert message is not None
    assert message.headers["via"] == ["SIP/2.0/UDP a;branch=z9hG4bK1", "SIP/2.0/UDP b"]


def test_short_names_are_the_long_ones() -> None:
    """RFC 3261 section 7.3.3."""
    message = parse(INVITE)
    assert message is not None
    assert message.header("from") == "Alice <sip:alice@atlanta.com>;tag=1"


def test_a_header_that_is_not_there_is_empty() -> None:
    """Nobody has to ask first."""
    message = parse(INVITE)
    assert message is not None
    assert message.header("contact") == ""


def test_a_response_names_the_method_it_answers() -> None:
    """By its CSeq."""
    message = parse(b"SIP/2.0 180 Ringing\r\nCSeq: 2 INVITE\r\n\r\n")
    assert message is not None
    assert (message.is_response, message.status, message.method) == (True, 180, "INVITE")


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"\x00\x01", b"GET / HTTP/1.1\r\n\r\n", b"\xff\xfe"])
def test_what_is_no_sip_is_nothing(data: bytes) -> None:
    """Keep-alives, and whatever else comes to a socket."""
    assert parse(data) is None


@pytest.mark.parametrize("status", [b"SIP/2.0", b"SIP/2.0 abc Nonsense", b"SIP/2.0  "])
def test_a_response_without_a_status_is_nothing(status: bytes) -> None:
    """It answers nobody."""
    assert parse(status + b"\r\nCSeq: 1 INVITE\r\n\r\n") is None


def test_what_is_written_can_be_read() -> None:
    """With the length in bytes, not in characters."""
    message = parse(render("SIP/2.0 200 OK", [("To", "<sip:a@b>")], "Bär"))
    assert message is not None
    assert (message.header("to"), message.header("content-length"), message.body) == ("<sip:a@b>", "4", "Bär")


def test_the_digest_of_rfc_2617_comes_out_of_the_tests_own_formula() -> None:
    """Section 3.5: the measure for what follows is right."""
    given = {"realm": "testrealm@host.com", "nonce": NONCE, "uri": "/dir/index.html"}
    given |= {"qop": "auth", "nc": "00000001", "cnonce": "0a4f113b"}
    assert expected_response(given, "Mufasa", "Circle Of Life", "GET") == "6629fae49393a05397450978507c4ef1"


def test_the_digest_without_qop_is_that_of_rfc_2069() -> None:
    """Section 2.4 with its erratum 749."""
    answer = digest(
        f'Digest realm="testrealm@host.com", nonce="{NONCE}"', "GET", "/dir/index.html", "Mufasa", "CircleOfLife"
    )
    assert parameters(answer)["response"] == "1949323746fe6a43ef61f9606e7febea"


def test_the_digest_with_qop_is_that_of_rfc_2617() -> None:
    """By the formula; count and client's nonce are in the answer."""
    challenge = f'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="{NONCE}", opaque="5ccc"'
    given = parameters(digest(challenge, "GET", "/dir/index.html", "Mufasa", "Circle Of Life"))
    assert given["response"] == expected_response(given, "Mufasa", "Circle Of Life", "GET")
    assert (given["qop"], given["nc"], given["opaque"]) == ("auth", "00000001", "5ccc")


def test_without_opaque_none_is_sent_back() -> None:
    """It was not asked for."""
    assert "opaque" not in digest(f'Digest realm="r", qop="auth", nonce="{NONCE}"', "GET", "/", "u", "s")


def test_the_audio_is_described_so_that_the_other_side_finds_it() -> None:
    """What is offered can be read back."""
    assert media_address(sdp("127.0.0.1", 4000)) == ("127.0.0.1", 4000)


def test_the_audio_is_g711_with_keys() -> None:
    """Payload 0, and RFC 4733 under 101."""
    assert {"m=audio 4000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000"} <= set(
        sdp("127.0.0.1", 4000).split("\r\n")
    )


@pytest.mark.parametrize(
    "body", ["", "c=IN IP4 127.0.0.1", "m=audio 4000 RTP/AVP 0", "c=IN IP4 127.0.0.1\r\nm=audio 0 RTP/AVP 0"]
)
def test_without_an_address_there_is_no_audio(body: str) -> None:
    """No host, no port, or a stream that is declined."""
    assert media_address(body) is None
