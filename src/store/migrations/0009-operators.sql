-- What operators do to requests that are not theirs. The actions themselves are evidence of kind operator-action.

-- A key that an operator used, so that repeating an action does not take it twice.
create table operator_actions (
  operator_id  text        not null,
  key          text        not null,
  -- Where it was sent to: the same body says something else about another request.
  target       text        not null,
  body_sha256  bytea       not null,
  -- Of a batch, what was answered. A single action leaves its key in the evidence, with the change that it made.
  answer       json,
  created_at   timestamptz not null,
  primary key (operator_id, key)
);
