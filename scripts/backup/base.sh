#!/bin/sh
# Takes a base backup, verifies it, and removes what newer ones have replaced. See docs/backup.md.
set -eu
umask 077

usage() {
  cat <<'END'
usage: scripts/backup/base.sh <backup folder> [--slot NAME] [--keep NUMBER]

Copies the server of DATABASE_URL into <backup folder>/base/<time>, while it works on, and verifies the copy. Older ones
than the newest NUMBER are removed, and with them the write-ahead log that only they needed. Refuses when stream-wal.sh
is not receiving: a copy alone restores only the moment at which it was made. The role needs REPLICATION.

  --slot NAME    that of stream-wal.sh (default: ura_backup)
  --keep NUMBER  copies to keep (default: 2)

Example (daily):
  DATABASE_URL=postgres://backup@db.example/ura scripts/backup/base.sh /backup/ura --keep 7
END
}

fail() {
  echo "base: $1" >&2
  exit 1
}

folder=
slot=ura_backup
keep=2
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --slot) slot=${2:?"base: --slot needs a name"} && shift 2 ;;
    --keep) keep=${2:?"base: --keep needs a number"} && shift 2 ;;
    -*) fail "unknown option $1 (--help shows them)" ;;
    *) [ -z "$folder" ] || fail 'one folder is enough (--help)' && folder=$1 && shift ;;
  esac
done
[ -n "$folder" ] || { usage >&2 && exit 1; }
[ -n "${DATABASE_URL:-}" ] || fail 'set DATABASE_URL to the server'
case $keep in '' | 0 | *[!0-9]*) fail '--keep needs a number from 1' ;; esac
for program in pg_basebackup pg_verifybackup pg_archivecleanup psql; do
  command -v $program >/dev/null ||
    fail "there is no $program: put PostgreSQL's programs on the PATH, as PATH=/usr/lib/postgresql/15/bin:\$PATH"
done

receiving=$(psql "$DATABASE_URL" -XAt -v slot="$slot" <<'END'
select count(*) from pg_replication_slots where slot_name = :'slot' and active;
END
)
[ "$receiving" = 1 ] || fail "nobody receives the write-ahead log as $slot: start stream-wal.sh first"

mkdir -p "$folder/base"
name=$(date -u +%Y%m%dT%H%M%SZ)
made="$folder/base/.$name.unfinished"
trap 'rm -rf "$made"' EXIT
pg_basebackup --dbname="$DATABASE_URL" --pgdata="$made" --checkpoint=fast --wal-method=stream --no-password
pg_verifybackup --quiet "$made" || fail 'the copy does not match its manifest'
mv "$made" "$folder/base/$name"
echo "base: $folder/base/$name is whole"

# The names sort by time.
ls "$folder/base" | sort -r | tail -n "+$((keep + 1))" | while read -r old; do
  rm -rf "$folder/base/${old:?}"
  echo "base: $old removed"
done
oldest=$(ls "$folder/base" | sort | head -n 1)
needed=$(sed -n 's/^START WAL LOCATION: .*(file \([0-9A-F]*\))$/\1/p' "$folder/base/$oldest/backup_label")
[ -n "$needed" ] || fail "$oldest does not say where its write-ahead log begins"
pg_archivecleanup "$folder/wal" "$needed"
