#!/bin/sh
# start-asterisk DATA/asterisk/etc/asterisk.conf
# Leaves the note by which ccserver adopts a running Asterisk (ccserver.pbx.processes.Started: process id and start time; the
# configuration's path stands on the command line), waits until ccserver has rendered the configuration, and becomes Asterisk.
set -eu
umask 077
conf=$1
etc=${conf%/*}
data=${etc%/asterisk/etc}
mkdir -p "$data/run"
ticks=$(sed 's/.*) //' "/proc/$$/stat" | cut -d' ' -f20)
printf '{"pid": %s, "ticks": %s}' "$$" "$ticks" >"$data/run/asterisk.started.new"
mv "$data/run/asterisk.started.new" "$data/run/asterisk.started"
until [ -s "$etc/guardian.json" ]; do sleep 0.2; done # written last
exec asterisk -f -n -C "$conf"
