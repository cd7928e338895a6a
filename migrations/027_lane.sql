-- Keyed tokens of what is sealed, beside the body they were made of: they come and go
-- with it, and with its epoch. Made by the office when a member opens the body; -1 until
-- then. Six bits of the département, and twelve that texts alike share: a dump shows
-- which reports may have one in common, and not which.
alter table report_grants add column department smallint not null default -1 check (department between -1 and 63);
alter table report_grants add column likeness smallint not null default -1 check (likeness between -2 and 4095);
grant update (department, likeness) on report_grants to recueil_office;
drop index report_grants_team;
create index report_grants_team on report_grants (team_id, report_id) include (department);
create index report_grants_department on report_grants (team_id, department, report_id);

-- What was closed in one act in the lane to verify, so that it can be undone as one. The
-- reason stands sealed on each of the reports.
create table bulk_closings (
  id        uuid primary key,
  author    uuid        not null references staff,
  closed_at timestamptz not null,
  undone_at timestamptz,
  undone_by uuid references staff
);
create index bulk_closings_recent on bulk_closings (closed_at);
create table bulk_closed (
  bulk_id   uuid    not null references bulk_closings,
  report_id uuid    not null references reports,
  version   integer not null, -- as it was left
  primary key (bulk_id, report_id)
);
grant select, insert (id, author, closed_at), update (undone_at, undone_by) on bulk_closings to recueil_office;
grant select, insert on bulk_closed to recueil_office;

---- create above / drop below ----

drop table bulk_closed, bulk_closings;
drop index report_grants_department, report_grants_team;
create index report_grants_team on report_grants (team_id, report_id);
alter table report_grants drop column likeness, drop column department;
