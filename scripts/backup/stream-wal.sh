#!/bin/sh
# Keeps a copy of the write-ahead log, record by record, until it is stopped. See docs/backup.md.
set -eu
umask 077

usage() {
  cat <<'END'
usage: scripts/backup/stream-wal.sh <backup folder> [--slot NAME]

Receives the write-ahead log of the server of DATABASE_URL into <backup folder>/wal and confirms each record once it is
on disk. Runs until it is stopped (SIGTERM), and connects again by itself. Keep it running always, on another machine.
The role needs REPLICATION. The server keeps what was not received yet: bound that by max_slot_wal_keep_size.

So that nothing that was answered can be lost, let commits wait for it. On the server:
  alter system set synchronous_standby_names = 'ura_backup';   select pg_reload_conf();

  --slot NAME  replication slot and application_name (default: ura_backup)

Example:
  DATABASE_URL=postgres://backup@db.example/ura scripts/backup/stream-wal.sh /backup/ura
END
}

fail() {
  echo "stream-wal: $1" >&2
  exit 1
}

folder=
slot=ura_backup
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --slot) slot=${2:?"stream-wal: --slot needs a name"} && shift 2 ;;
    -*) fail "unknown option $1 (--help shows them)" ;;
    *) [ -z "$folder" ] || fail 'one folder is enough (--help)' && folder=$1 && shift ;;
  esac
done
[ -n "$folder" ] || { usage >&2 && exit 1; }
[ -n "${DATABASE_URL:-}" ] || fail 'set DATABASE_URL to the server'
command -v pg_receivewal >/dev/null ||
  fail "there is no pg_receivewal: put PostgreSQL's programs on the PATH, as PATH=/usr/lib/postgresql/15/bin:\$PATH"

mkdir -p "$folder/wal"
case $DATABASE_URL in
  *\?*) server="$DATABASE_URL&application_name=$slot" ;;
  *) server="$DATABASE_URL?application_name=$slot" ;;
esac
pg_receivewal --dbname="$server" --slot="$slot" --create-slot --if-not-exists ||
  fail 'the replication slot could not be made: is the server there, and may the role replicate?'
echo "stream-wal: receiving into $folder/wal as $slot"
# --synchronous: on disk and confirmed at once, not at the end of a segment.
exec pg_receivewal --dbname="$server" --slot="$slot" --directory="$folder/wal" --synchronous --no-password
