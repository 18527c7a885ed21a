-- Submissions over Kafka that were turned away: each is told once, however often the broker brings it.
create table intake_refusals (
  client_id      text        not null,
  submission_id  text        not null,
  body_sha256    bytea       not null,
  code           text        not null,
  event_id       uuid        not null,
  -- Of the latest signature: what is signed again after that is judged anew.
  signed_at      timestamptz not null,
  refused_at     timestamptz not null,
  primary key (client_id, submission_id, body_sha256, code)
);
create index intake_refusals_age on intake_refusals (refused_at);
