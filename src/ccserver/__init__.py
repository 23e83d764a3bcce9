"""ccserver: a contact-centre server on Asterisk. Asterisk carries the voice; ccserver decides."""

__version__ = "0.1.0"
