-- Calls a listener writes down. While the caller speaks the row holds a draft, sealed
-- to the team and saved every few seconds; for ten minutes after sending it holds the
-- receipt that is read aloud. Its id is that of the report it becomes.
create table calls (
  id         uuid primary key,
  author     uuid        not null references staff,
  team_id    text        not null,
  epoch      integer     not null check (epoch > 0),
  body       bytea       not null check (is_age_file(body)),
  revision   integer     not null check (revision > 0),
  begun_at   timestamptz not null,
  saved_at   timestamptz not null,
  sent_at    timestamptz,
  dropped_at timestamptz -- given up a moment ago: that can be taken back
);
alter table calls alter column body set storage external;
create index calls_open on calls (saved_at) where sent_at is null and dropped_at is null;
create index calls_over on calls (coalesce(sent_at, dropped_at)) where coalesce(sent_at, dropped_at) is not null;

-- How calls ended that left no report: no author, no word. One row each, so that a
-- double press counts once; the id is the page's.
create table call_outcomes (
  id         uuid primary key,
  kind       text        not null check (kind in ('advice', 'orientation', 'information', 'silent', 'unrelated')),
  team_id    text        not null,
  day        date        not null,
  hour       smallint    not null check (hour between 0 and 23),
  undo_until timestamptz not null
);
create index call_outcomes_day on call_outcomes (day, kind, hour, team_id);

-- Calls promised to somebody. What is to be said is a sealed part of the report.
create table callbacks (
  id         uuid primary key,
  report_id  uuid        not null references reports,
  assignee   uuid        not null references staff,
  due_at     timestamptz not null,
  created_by uuid        not null references staff,
  created_at timestamptz not null,
  outcome    text check (outcome in ('done', 'missed', 'cancelled')),
  settled_by uuid references staff,
  settled_at timestamptz,
  check ((outcome is null) = (settled_at is null) and (outcome is null) = (settled_by is null))
);
create index callbacks_due on callbacks (due_at) where outcome is null;
create index callbacks_report on callbacks (report_id);

-- The office takes no report from the public, and puts only calls where those lie: a
-- grant of INSERT could not tell them apart. Plain inserts, as the intake's: what they
-- meet says by the name of its constraint what is there already.
create function call_send(p_id uuid, p_tag bytea, p_received_at timestamptz, p_reference text, p_receipt_lookup bytea, p_urgency smallint,
                          p_due_at timestamptz, p_team_id text, p_epoch integer, p_body bytea) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
  insert into public.reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane, digest)
    values (p_id, p_reference, p_receipt_lookup, p_received_at, 'phone', p_urgency, p_due_at, 'main', sha256(p_body));
  insert into public.report_grants (report_id, team_id, epoch, body) values (p_id, p_team_id, p_epoch, p_body);
  insert into public.submissions (report_id, tag, received_at) values (p_id, p_tag, p_received_at);
$$;

-- A call about a report that is there already joins it, for a team that was given it.
create function call_add(p_id uuid, p_report_id uuid, p_received_at timestamptz, p_team_id text, p_epoch integer, p_body bytea) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into public.additions (id, report_id, team_id, epoch, body, received_at)
    select p_id, p_report_id, p_team_id, p_epoch, p_body, p_received_at
    where exists (select from public.report_grants g where g.report_id = p_report_id and g.team_id = p_team_id);
  return found;
end $$;

revoke execute on function
  call_send(uuid, bytea, timestamptz, text, bytea, smallint, timestamptz, text, integer, bytea),
  call_add(uuid, uuid, timestamptz, text, integer, bytea) from public;
grant execute on function
  call_send(uuid, bytea, timestamptz, text, bytea, smallint, timestamptz, text, integer, bytea),
  call_add(uuid, uuid, timestamptz, text, integer, bytea) to recueil_office;

grant select, delete on calls to recueil_office;
grant insert (id, author, team_id, epoch, body, revision, begun_at, saved_at) on calls to recueil_office;
grant update (author, team_id, epoch, body, revision, saved_at, sent_at, dropped_at) on calls to recueil_office;
grant select, insert, delete on call_outcomes to recueil_office;
grant select on callbacks to recueil_office;
grant insert (id, report_id, assignee, due_at, created_by, created_at) on callbacks to recueil_office;
grant update (assignee, due_at, outcome, settled_by, settled_at) on callbacks to recueil_office;

---- create above / drop below ----

drop function call_add(uuid, uuid, timestamptz, text, integer, bytea),
  call_send(uuid, bytea, timestamptz, text, bytea, smallint, timestamptz, text, integer, bytea);
drop table callbacks, call_outcomes, calls;
