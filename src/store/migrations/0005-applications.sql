-- Applications for municipal services that a counter of another institution takes in, both ways.

create table applications (
  id                uuid primary key,
  -- The counter's client, which follows the state.
  client_id         text        not null,
  -- Two capital letters: the topic of the counter's institution.
  origin            char(2)     not null,
  municipality      char(2)     not null,
  service           text        not null,
  service_version   text        not null,
  -- The counter's own name of the matter; key of its events.
  case_id           text        not null,
  applicant         json        not null,
  form              json        not null,
  requester         json        not null,
  grant_id          text        not null,
  documents         json        not null default '[]',
  state             text        not null check (state in (
                      'submitted', 'received', 'in-review', 'needs-information', 'approved', 'rejected',
                      'completed', 'withdrawn')),
  protocol_number   text,
  note              text,
  evidence_count    integer     not null,
  submitted_at      timestamptz not null,
  updated_at        timestamptz not null
);
create index applications_by_case on applications (client_id, case_id, id);

create table application_states (
  application_id  uuid        not null references applications (id),
  sequence        integer     not null,
  state           text        not null,
  note            text,
  officer         json        not null,
  recorded_at     timestamptz not null,
  primary key (application_id, sequence)
);

alter table evidence drop constraint evidence_kind_check;
alter table evidence add constraint evidence_kind_check check (kind in (
  'client-request', 'decision', 'registry-request', 'registry-answer', 'result', 'cancellation',
  'officer-answer', 'document', 'application-state'));

-- Signed calls to clients that want to be told over HTTP, in the order of each application.
create table webhooks (
  seq              bigint generated always as identity primary key,
  client_id        text        not null,
  application_id   uuid        not null,
  body             bytea       not null,
  attempts         integer     not null default 0,
  next_attempt_at  timestamptz not null,
  give_up_at       timestamptz not null
);
create index webhooks_due on webhooks (next_attempt_at);
create index webhooks_in_order on webhooks (application_id, seq);
