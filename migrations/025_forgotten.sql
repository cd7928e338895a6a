-- When somebody of the staff last did something to a report, so that what stands still
-- is found. Null: nobody did anything yet.
alter table reports add column acted_at timestamptz;
grant update (acted_at) on reports to recueil_office;

create index reports_quiet on reports (coalesce(acted_at, received_at))
  where status not in ('closed', 'merged', 'archived', 'purged');
create index reports_hands on reports (assignee)
  where assignee is not null and status not in ('closed', 'merged', 'archived', 'purged');

---- create above / drop below ----

drop index reports_hands, reports_quiet;
alter table reports drop column acted_at;
