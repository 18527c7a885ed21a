#!/bin/sh
# Lays out the data folder of a new server from a base backup and the write-ahead log. See docs/backup.md.
set -eu
umask 077

usage() {
  cat <<'END'
usage: scripts/backup/restore.sh <backup folder> <data folder> [--base NAME] [--until TIME]

Makes <data folder>, which must be empty or not there, so that PostgreSQL, once started on it, replays the write-ahead
log up to its end and opens for work. The backup folder is only read, and must stay in place until then. Run as the user
that runs PostgreSQL. Stop stream-wal.sh and all gateways before, and make sure that the old server is off for good.

  --base NAME   one of <backup folder>/base (default: the newest one)
  --until TIME  replay no further, for example '2026-07-31 14:05:00+02'; what was committed later is lost

Example:
  scripts/backup/restore.sh /backup/ura /var/lib/postgresql/15/main
END
}

fail() {
  echo "restore: $1" >&2
  exit 1
}

folder=
data=
base=
until=
while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage && exit 0 ;;
    --base) base=${2:?"restore: --base needs a name"} && shift 2 ;;
    --until) until=${2:?"restore: --until needs a time"} && shift 2 ;;
    -*) fail "unknown option $1 (--help shows them)" ;;
    *)
      if [ -z "$folder" ]; then folder=$1; elif [ -z "$data" ]; then data=$1; else fail 'two folders are enough'; fi
      shift
      ;;
  esac
done
[ -n "$data" ] || { usage >&2 && exit 1; }
[ "$(id -u)" != 0 ] || fail 'run as the user that runs PostgreSQL, not as root'
command -v pg_verifybackup >/dev/null ||
  fail "there is no pg_verifybackup: put PostgreSQL's programs on the PATH, as PATH=/usr/lib/postgresql/15/bin:\$PATH"
folder=$(cd "$folder" 2>/dev/null && pwd) || fail 'there is no such backup folder'
case "$folder$until" in *[\'\"\\%]*) fail 'quotes, backslashes and percent signs are not taken' ;; esac
[ -n "$base" ] || base=$(ls "$folder/base" 2>/dev/null | sort | tail -n 1)
[ -n "$base" ] && [ -f "$folder/base/$base/backup_label" ] || fail "there is no base backup in $folder/base"
[ -d "$folder/wal" ] || fail "there is no write-ahead log in $folder/wal"
[ -z "$(ls -A "$data" 2>/dev/null)" ] || fail "$data is not empty: nothing is ever overwritten"

pg_verifybackup --quiet "$folder/base/$base" || fail "$base is damaged: take an older one with --base"
mkdir -p "$data"
chmod 700 "$data"
cp -R "$folder/base/$base/." "$data/"
{
  echo "# By scripts/backup/restore.sh from $base."
  # What was received last is not a whole segment yet.
  echo "restore_command = 'cp \"$folder/wal/%f\" \"%p\" 2>/dev/null || cp \"$folder/wal/%f.partial\" \"%p\" 2>/dev/null'"
  echo "recovery_target_timeline = 'latest'"
  if [ -n "$until" ]; then
    echo "recovery_target_time = '$until'"
    echo "recovery_target_action = 'promote'"
  fi
  # Nobody receives the write-ahead log of the new server yet, and commits would wait for that.
  echo "synchronous_standby_names = ''"
} >>"$data/postgresql.auto.conf"
: >"$data/recovery.signal"
lost='--nothing-lost   if commits waited for stream-wal.sh; without it otherwise'
[ -z "$until" ] || lost=
cat <<END
restore: $data is laid out from $base. Now, in this order:
  1. start PostgreSQL on it; it is ready when  select pg_is_in_recovery()  says f
  2. ura after-restore $lost
  3. start the gateways
  4. begin a new backup folder (stream-wal.sh, base.sh), and let commits wait for it again
END
