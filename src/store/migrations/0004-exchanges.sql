-- Modifier nonrepudiation: what such a client sent and what it was answered, byte for byte, before and after the
-- work. One row a message id; the insert decides which process works on it.
create table exchanges (
  profile         text        not null,
  partner         text        not null,
  message_id      text        not null,
  target          text        not null,
  body_sha256     text        not null,
  request_bytes   bytea       not null,
  received_at     timestamptz not null,
  -- Moved on when a repetition takes over what its process left behind.
  begun_at        timestamptz not null,
  answer_status   integer,
  answer_headers  json,
  answer_bytes    bytea,
  answered_at     timestamptz,
  primary key (profile, partner, message_id),
  check ((answer_status is null) = (answer_bytes is null)),
  check ((answer_status is null) = (answer_headers is null)),
  check ((answer_status is null) = (answered_at is null))
);
-- For the purge.
create index exchanges_received on exchanges (received_at);
