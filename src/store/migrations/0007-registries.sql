-- Registries that fail: circuits that all nodes share, outages, and requests of which nobody knows what came.

-- One row an endpoint that ever failed; without a row a circuit is closed.
create table registry_circuits (
  registry     text        not null,
  endpoint     text        not null,
  state        text        not null check (state in ('closed', 'open', 'half-open')),
  -- When it was closed, or when it opened first in this row of openings.
  since        timestamptz not null,
  -- Openings in a row: each is longer than the one before.
  opens        integer     not null default 0,
  -- No call before.
  open_until   timestamptz,
  -- Whose call decides, and until when it may take.
  probe_owner  text,
  probe_until  timestamptz,
  reason       text,
  primary key (registry, endpoint),
  check ((state = 'open') = (open_until is not null)),
  check ((state = 'half-open') = (probe_owner is not null)),
  check ((state = 'half-open') = (probe_until is not null))
);

-- What the latest calls say, for those who decide whether to send a citizen home.
create table registry_health (
  registry  text        primary key,
  state     text        not null check (state in ('up', 'impaired')),
  since     timestamptz not null
);

-- From the first failed call of those that opened the circuit until it closed.
create table registry_outages (
  id          bigint generated always as identity primary key,
  registry    text        not null,
  endpoint    text        not null,
  reason      text        not null,
  started_at  timestamptz not null,
  ended_at    timestamptz check (ended_at >= started_at)
);
create unique index registry_outages_open on registry_outages (registry, endpoint) where ended_at is null;
create index registry_outages_by_time on registry_outages (registry, started_at);

-- Set while nobody knows whether the registry executed the request: it is asked for its status, not asked again.
alter table requests add column inquiry json;
-- What kept the request waiting, once it has ended.
alter table requests add column delays json;
