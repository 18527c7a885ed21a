-- Relaying by several nodes at once, and events that the broker will never take.

-- Computed, so that whoever inserts an event need not know: all events of one key on one topic share a partition, and
-- one node at a time relays a partition. 32 has to fit PARTITIONS in src/outbox/partition-store.ts.
alter table outbox add column partition smallint not null
  generated always as (hashtextextended(topic || ' ' || key, 0) & 31) stored;
-- How often the broker refused this event for its own sake.
alter table outbox add column attempts integer not null default 0;

-- The relay reads topic by topic. No index begins with seq: with one, a plan that was made while the table was empty
-- walks through the events of all topics in search of one.
alter table outbox drop constraint outbox_pkey;
alter table outbox add primary key (topic, seq) include (partition);

-- Topics that the broker does not let us write, since when. Empty when all is well.
create table failing_topics (
  topic   text        primary key,
  reason  text        not null,
  since   timestamptz not null
);

-- Events that were given up, whole. Their ids are those of the events, which a requeued event keeps.
create table dead_letters (
  event_id    uuid        primary key,
  topic       text        not null,
  key         text        not null,
  headers     json        not null,
  value       bytea       not null,
  reason      text        not null,
  attempts    integer     not null,
  created_at  timestamptz not null,
  dead_at     timestamptz not null
);
