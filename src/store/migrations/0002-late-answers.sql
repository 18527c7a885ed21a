-- Registries that answer later, and officers who answer by hand.

-- What the registry calls the matter, once it has taken the question. From then on it is never asked anew.
alter table requests add column ticket text;
-- Municipality whose officers can answer. Null: the one that asked.
alter table requests add column office char(2);

-- A late answer is looked for when its time has come, and given up at its deadline: both by whoever is free.
drop index requests_open;
create index requests_open on requests (adapter, next_attempt_at)
  where state in ('accepted', 'dispatching', 'retry-wait', 'awaiting-answer');
create index requests_for_officers on requests (coalesce(office, municipality), id) where state = 'awaiting-officer';

-- What waits for a person ends at its deadline, too.
create index requests_overdue on requests (deadline_at) where state in ('awaiting-officer', 'held');

alter table evidence drop constraint evidence_kind_check;
alter table evidence add constraint evidence_kind_check check (kind in (
  'client-request', 'decision', 'registry-request', 'registry-answer', 'result', 'cancellation',
  'officer-answer', 'document'));
