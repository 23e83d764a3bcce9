#!/usr/bin/env bash
# Debian packages of the tests: SIP phones and load, a browser, a database server, GnuPG, a voice; and promtool, which is unpacked into
# .cache rather than installed, because its package would start a Prometheus server. Does nothing when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A program_of=([sip-tester]=sipp [baresip]=baresip [chromium]=chromium [gnupg]=gpg [espeak-ng]=espeak-ng)
missing=()
for package in "${!program_of[@]}"; do
  command -v "${program_of[$package]}" >/dev/null || missing+=("$package")
done
compgen -G "/usr/lib/postgresql/*/bin/postgres" >/dev/null || missing+=(postgresql)
promtool=.cache/promtool
if command -v promtool >/dev/null || [ -x "$promtool" ]; then promtool=""; fi
if [ ${#missing[@]} -eq 0 ] && [ -z "$promtool" ]; then exit 0; fi

if ! command -v apt-get >/dev/null; then
  echo "The tests need ${missing[*]} and promtool; this machine has no apt-get: install them and run make again." >&2
  exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null || ! sudo -n true 2>/dev/null && ! [ -t 0 ]; then
    echo "The tests need the Debian packages ${missing[*]} prometheus, and this user may not install them." >&2
    echo "  what to do: run \`apt-get install ${missing[*]} prometheus\` as root, or use \`make test-fast\`." >&2
    exit 1
  fi
  as_root=(sudo)
fi
apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -y -qq -o Acquire::Retries=3 -o Dpkg::Use-Pty=0)

echo "== Debian packages of the tests: ${missing[*]:-} ${promtool:+promtool}"
"${apt[@]}" update >/dev/null || echo "   (some package lists could not be read; going on with the others)"
if [ ${#missing[@]} -gt 0 ]; then
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >.test-packages.log 2>&1 \
    || { tail -n 30 .test-packages.log >&2; exit 1; }
  rm -f .test-packages.log
fi
if [ -n "$promtool" ]; then
  folder=$(mktemp -d)
  trap 'rm -rf "$folder"' EXIT
  (cd "$folder" && apt-get -qq -o Acquire::Retries=3 -o APT::Sandbox::User="$(id -un)" download prometheus \
    && dpkg-deb -x prometheus_*.deb out)
  mkdir -p .cache
  mv "$folder/out/usr/bin/promtool" "$promtool"
fi
