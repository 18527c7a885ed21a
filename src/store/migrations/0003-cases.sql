-- Cases: one citizen matter that needs several registries, by the procedure of an administrative service.

create table cases (
  id               uuid primary key,
  client_id        text        not null,
  municipality     char(2)     not null,
  -- Code and version of the administrative service; `definition` is what they stood for when the case began.
  procedure        text        not null,
  version          text        not null,
  case_id          text        not null,
  definition       json        not null,
  application      json        not null,
  warnings         json        not null default '[]',
  traceparent      text,
  state            text        not null check (state in ('running', 'complete', 'incomplete', 'cancelled')),
  reason           json,
  -- Whoever plans writes only what it planned from: a change in between makes it plan anew.
  revision         integer     not null default 0,
  evidence_count   integer     not null default 0,
  deadline_at      timestamptz not null,
  -- When somebody has to look, whatever happens; null: nothing is left to do.
  due_at           timestamptz,
  accepted_at      timestamptz not null,
  updated_at       timestamptz not null,
  finished_at      timestamptz,
  check ((finished_at is null) = (state = 'running')),
  check (state <> 'running' or due_at is not null)
);
create index cases_due on cases (due_at) where due_at is not null;
create index cases_by_case on cases (client_id, case_id, id);

-- One row an exchange: planned before its request is made, with the id that the request will have.
create table case_steps (
  case_id      uuid        not null references cases (id),
  step         text        not null,
  -- Position in a fan-out from 0; -1 for a step without.
  item         integer     not null,
  round        integer     not null,
  service      text        not null,
  subject      json        not null,
  parameters   json        not null,
  request_id   uuid        not null,
  reused       boolean     not null default false,
  -- Asked of the officers, not of the registry.
  by_hand      boolean     not null default false,
  state        text        not null default 'open' check (state in (
                 'open', 'answered', 'refused', 'failed', 'expired', 'cancelled', 'not-accepted')),
  reason       json,
  planned_at   timestamptz not null,
  finished_at  timestamptz,
  primary key (case_id, step, item, round),
  check ((state = 'open') = (finished_at is null))
);
-- What a crash can leave behind: a step still open whose request has ended.
create index case_steps_open on case_steps (request_id) where state = 'open';

-- Append-only, as the table evidence: what the client signed about the case itself, and what it was told.
create table case_evidence (
  case_id      uuid        not null references cases (id),
  sequence     integer     not null,
  kind         text        not null check (kind in ('submission', 'retry', 'cancellation', 'result')),
  bytes        bytea       not null,
  sha256       bytea       not null,
  media_type   text        not null,
  signed_by    text,
  meta         json        not null default '{}',
  recorded_at  timestamptz not null,
  primary key (case_id, sequence)
);
create trigger case_evidence_append_only before update or delete on case_evidence
  for each row execute function refuse_change();
create trigger case_evidence_no_truncate before truncate on case_evidence
  for each statement execute function refuse_change();
