-- Fair lanes: a queue for each registry, client and priority.

-- 0: somebody waits at the counter; 1: batch.
alter table requests add column priority smallint not null default 0 check (priority in (0, 1));

drop index requests_open;
create index requests_open on requests (adapter, priority, client_id, next_attempt_at)
  where state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer');

alter table evidence drop constraint evidence_kind_check;
alter table evidence add constraint evidence_kind_check check (kind in (
  'client-request', 'decision', 'registry-request', 'registry-answer', 'result', 'cancellation',
  'officer-answer', 'document', 'application-state', 'operator-action', 'registry-outage'));
