-- The main path: what was asked, what proves it, and what still has to be told to the municipality.

-- One row a request. The table is also the work queue: whoever holds the lease works on the row.
-- The id is a UUIDv7, so it sorts by time of acceptance and can later be partitioned by month on itself.
create table requests (
  id               uuid primary key,
  client_id        text        not null,
  municipality     char(2)     not null,
  service          text        not null,
  adapter          text        not null,
  operation        text        not null,
  case_id          text        not null,
  envelope         json       not null,
  decision         json       not null,
  warnings         json       not null default '[]',
  traceparent      text,
  state            text        not null check (state in (
                     'accepted', 'dispatching', 'retry-wait', 'awaiting-answer', 'awaiting-officer', 'held',
                     'answered', 'refused', 'failed', 'expired', 'cancelled')),
  reason           json,
  result           json,
  attempts         integer     not null default 0,
  evidence_count   integer     not null default 0,
  next_attempt_at  timestamptz not null,
  deadline_at      timestamptz not null,
  lease_owner      text,
  lease_until      timestamptz,
  accepted_at      timestamptz not null,
  updated_at       timestamptz not null,
  finished_at      timestamptz,
  check ((lease_owner is null) = (lease_until is null)),
  check ((finished_at is not null) = (state in ('answered', 'refused', 'failed', 'expired', 'cancelled')))
);

-- What a free dispatcher looks for. Finished rows are not in it, so it stays small however many are stored.
create index requests_open on requests (adapter, next_attempt_at)
  where state in ('accepted', 'dispatching', 'retry-wait');
create index requests_by_case on requests (client_id, case_id, id);

-- Apart from requests, so that uniqueness holds across its future partitions.
create table idempotency_keys (
  client_id    text        not null,
  key          text        not null,
  body_sha256  bytea       not null,
  request_id   uuid        not null,
  created_at   timestamptz not null,
  primary key (client_id, key)
);

-- Append-only. Raw bytes exactly as they crossed the wire; never changed, never re-sealed.
create table evidence (
  request_id   uuid        not null,
  sequence     integer     not null,
  kind         text        not null check (kind in (
                 'client-request', 'decision', 'registry-request', 'registry-answer', 'result', 'cancellation')),
  bytes        bytea       not null,
  sha256       bytea       not null,
  media_type   text        not null,
  signed_by    text,
  meta         json       not null default '{}',
  recorded_at  timestamptz not null,
  primary key (request_id, sequence)
);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'evidence is append-only';
end $$;
create trigger evidence_append_only before update or delete on evidence
  for each row execute function refuse_change();
create trigger evidence_no_truncate before truncate on evidence
  for each statement execute function refuse_change();

-- Events not yet confirmed by the broker, in the order in which they are to be told.
create table outbox (
  seq         bigint generated always as identity primary key,
  event_id    uuid        not null unique,
  topic       text        not null,
  key         text        not null,
  headers     json       not null,
  value       bytea       not null,
  created_at  timestamptz not null
);

-- Signed messages already accepted, shared by all nodes.
create table replay_set (
  profile     text        not null,
  signer      text        not null,
  message_id  text        not null,
  expires_at  timestamptz not null,
  primary key (profile, signer, message_id)
);
create index replay_set_expiry on replay_set (expires_at);
