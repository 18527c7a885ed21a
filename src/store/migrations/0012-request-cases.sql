-- Which requests a client made about a case of its own. Not by month: a list by case reaches the months of its requests
-- and no other. See docs/decisions/0023.
-- oldest-program: 12
create table request_cases (
  client_id   text not null,
  case_id     text not null,
  request_id  uuid not null,
  primary key (client_id, case_id, request_id)
);

insert into request_cases (client_id, case_id, request_id) select client_id, case_id, id from requests;

drop index requests_by_case;
