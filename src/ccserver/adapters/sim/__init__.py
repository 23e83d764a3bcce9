"""A small truthful PBX and its people in virtual time: an hour of calls takes milliseconds, and every run can be repeated."""
