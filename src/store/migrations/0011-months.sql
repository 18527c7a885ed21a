-- Requests and evidence by month, on the time in their ids (UUIDv7). A month is a table of its own: what is finished
-- costs nothing more, and can be detached and archived without a pause. See docs/decisions/0023.

-- Makes a table the first part of a partitioned one of the same name, with the columns, checks, indexes, constraints and
-- triggers that it has at this moment, under the names that they have. Nothing is copied: the rows stay where they are,
-- and are read once to see that their ids lie below the bound.
create function pg_temp.partition_by_month(whole text, key text, bound uuid, month text) returns void
language plpgsql as $$
declare
  part text := whole || '_to_' || month;
  present record;
  definition text;
  definitions text[];
begin
  select array_agg(statement order by rank) into definitions from (
    select 1 as rank, format('alter table %I add constraint %I %s', whole, conname, pg_get_constraintdef(oid)) as statement
      from pg_constraint where conrelid = whole::regclass and contype in ('p', 'u', 'x', 'f')
    union all
    select 2, pg_get_indexdef(indexrelid) from pg_index where indrelid = whole::regclass
      and not exists (select from pg_constraint where conindid = indexrelid and conrelid = indrelid)
    union all
    select 3, pg_get_triggerdef(oid) from pg_trigger where tgrelid = whole::regclass and not tgisinternal
  ) as present;

  -- The names are wanted for the whole.
  for present in select relname from pg_index join pg_class on pg_class.oid = indexrelid where indrelid = whole::regclass
  loop
    execute format('alter index %I rename to %I', present.relname,
      part || '_' || regexp_replace(present.relname, '^' || whole || '_', ''));
  end loop;
  for present in select tgname from pg_trigger where tgrelid = whole::regclass and not tgisinternal
  loop
    execute format('drop trigger %I on %I', present.tgname, whole);
  end loop;
  execute format('alter table %I rename to %I', whole, part);

  execute format('create table %I (like %I including all excluding indexes) partition by range (%I)', whole, part, key);
  foreach definition in array definitions
  loop
    execute definition;
  end loop;
  execute format('alter table %I attach partition %I for values from (minvalue) to (%L)', whole, part, bound);
  -- Every id has a place, whatever a clock says. Months are cut from its lower end long before they begin.
  execute format('create table %I partition of %I for values from (%L) to (maxvalue)', whole || '_beyond', whole, bound);
end $$;

-- Of each statement, and on each table: a trigger that an attached table gets from the whole is gone when the table is
-- detached, and one for rows says nothing about `truncate`.
drop trigger evidence_append_only on evidence;
drop trigger evidence_no_truncate on evidence;

do $$
declare
  -- All that is here, and all that is still made this month, lies in the first part.
  latest bigint := greatest(
    extract(epoch from now()) * 1000,
    (select ('x' || substr(replace(id::text, '-', ''), 1, 12))::bit(48)::bigint from requests order by id desc limit 1),
    (select ('x' || substr(replace(request_id::text, '-', ''), 1, 12))::bit(48)::bigint
       from evidence order by request_id desc limit 1));
  month timestamp := date_trunc('month', to_timestamp(latest / 1000) at time zone 'utc');
  bound uuid := rpad(lpad(to_hex((extract(epoch from month + interval '1 month') * 1000)::bigint), 12, '0'), 32, '0');
begin
  perform pg_temp.partition_by_month('requests', 'id', bound, to_char(month, 'YYYY_MM'));
  perform pg_temp.partition_by_month('evidence', 'request_id', bound, to_char(month, 'YYYY_MM'));
  execute format('create trigger append_only before update or delete or truncate on %I
    for each statement execute function refuse_change()', 'evidence_to_' || to_char(month, 'YYYY_MM'));
end $$;
create trigger append_only before update or delete or truncate on evidence
  for each statement execute function refuse_change();
create trigger append_only before update or delete or truncate on evidence_beyond
  for each statement execute function refuse_change();
drop function pg_temp.partition_by_month;

-- Tables of months that stand alone: ids from the first bound up to the second are not looked for elsewhere.
create table detached_months (
  month        text        not null,
  whole        text        not null check (whole in ('requests', 'evidence')),
  name         text        not null,
  -- Null: from the very beginning.
  first_id     uuid,
  end_id       uuid        not null,
  detached_at  timestamptz not null,
  primary key (month, whole)
);

-- For the purge: keys are kept for a time, and as long as what they name is open.
create index idempotency_keys_created on idempotency_keys (created_at);

-- The server that the database is on: who finds it on another one knows that it was restored, moved or copied. One row
-- for each, the last one counts.
create table store_epochs (
  epoch              integer     primary key,
  -- System identifier, timeline and database.
  server             text        not null,
  -- What was open and may have been sent after the moment that was restored.
  requests_in_doubt  integer     not null,
  begun_at           timestamptz not null
);

-- A migration says which programs must not go on working beside it; those that run look here.
alter table schema_migrations add column oldest_program integer not null default 0;
