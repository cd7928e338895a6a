-- Acts of the desk that leave a trace in the row: who proposed what another person has
-- to agree to, the urgency that a coordinator set, and whom a report was taken from.
alter table reports add column proposed_by uuid;
alter table reports add column urgency_sealed smallint check (urgency_sealed between 0 and 3);
alter table reports add column restricted_from text;

-- Where a coordinator set the urgency, it counts everywhere, and the one that was sealed
-- stands beside it.
create index reports_restricted on reports (id) where restricted_from is not null;

grant update (proposed_by) on reports to recueil_office;

-- Only a coordinator sets it, and only by this. RC001: who acts may not; RC002: the
-- report is not, or no longer, as the act supposes.
create function report_set_urgency(p_report uuid, p_version integer, p_by uuid, p_urgency integer, p_due timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_actor(p_by, 'coordinator', null);
  update public.reports r set urgency_sealed = nullif(coalesce(r.urgency_sealed, r.urgency), p_urgency), urgency = p_urgency,
    due_at = p_due, version = r.version + 1 where r.id = p_report and r.version = p_version;
  if not found then
    raise exception 'the report was changed' using errcode = 'RC002';
  end if;
end $$;

-- A restricted report is granted to people instead of teams: its body, sealed to each
-- of them, stands under 'member:' and his id, which no team is called. A query that
-- asks for the grants of somebody's teams finds it no more, whoever wrote it. One copy
-- is for the key in the safe, so that the report outlives the passphrases of those few.
--
-- The office may not change grants but through the two functions below: each does one
-- act, whole.
create function report_named(p_report uuid, p_by uuid) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
as $$
  select r.restricted_from is null
    or exists (select 1 from public.report_grants g where g.report_id = r.id and g.team_id = 'member:' || p_by)
    from public.reports r where r.id = p_report
$$;

create function report_restrict(p_report uuid, p_version integer, p_by uuid, p_team text, p_people uuid[], p_bodies bytea[], p_spare bytea)
  returns void language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_actor(p_by, 'coordinator', null);
  perform 1 from public.reports r where r.id = p_report and r.version = p_version for update;
  if not found then
    raise exception 'the report was changed' using errcode = 'RC002';
  end if;
  if not public.report_named(p_report, p_by) then
    raise exception 'the report is restricted to others' using errcode = 'RC001';
  end if;
  if cardinality(p_people) = 0 or cardinality(p_people) <> cardinality(p_bodies)
    or (select count(distinct s.id) from public.staff s join public.team_key_wraps w on w.staff_id = s.id and w.team_id = p_team
          where s.id = any(p_people) and s.disabled_at is null and public.role_reads(s.role)) <> cardinality(p_people)
    or not exists (select 1 from public.staff s where s.id = any(p_people) and s.role = 'coordinator')
    or not exists (select 1 from public.reports r where r.id = p_report and coalesce(r.restricted_from, p_team) = p_team)
    or not exists (select 1 from public.report_grants g join public.reports r on r.id = g.report_id
          where g.report_id = p_report and (r.restricted_from is not null or g.team_id = p_team)) then
    raise exception 'these people cannot be named' using errcode = 'RC002';
  end if;
  delete from public.report_grants g where g.report_id = p_report;
  insert into public.report_grants (report_id, team_id, epoch, body)
    select p_report, 'member:' || n.person, 1, n.body from unnest(p_people, p_bodies) n(person, body)
    union all select p_report, 'safe:recovery', 1, p_spare;
  update public.reports r set restricted_from = p_team, version = r.version + 1, lease_holder = null, lease_until = null,
    assignee = case when r.assignee = any(p_people) then r.assignee end
    where r.id = p_report;
end $$;

create function report_lift(p_report uuid, p_version integer, p_by uuid, p_epoch integer, p_body bytea) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  team text;
begin
  perform public.account_actor(p_by, 'coordinator', null);
  select r.restricted_from into team from public.reports r where r.id = p_report and r.version = p_version and r.restricted_from is not null for update;
  if not found then
    raise exception 'the report was changed' using errcode = 'RC002';
  end if;
  if not public.report_named(p_report, p_by) then
    raise exception 'the report is restricted to others' using errcode = 'RC001';
  end if;
  delete from public.report_grants g where g.report_id = p_report;
  insert into public.report_grants (report_id, team_id, epoch, body) values (p_report, team, p_epoch, p_body);
  update public.reports r set restricted_from = null, version = r.version + 1, lease_holder = null, lease_until = null where r.id = p_report;
end $$;

revoke execute on function report_set_urgency(uuid, integer, uuid, integer, timestamptz), report_named(uuid, uuid), report_restrict(uuid, integer, uuid, text, uuid[], bytea[], bytea),
  report_lift(uuid, integer, uuid, integer, bytea) from public;
grant execute on function report_set_urgency(uuid, integer, uuid, integer, timestamptz), report_restrict(uuid, integer, uuid, text, uuid[], bytea[], bytea),
  report_lift(uuid, integer, uuid, integer, bytea) to recueil_office;

---- create above / drop below ----

drop function report_lift(uuid, integer, uuid, integer, bytea), report_restrict(uuid, integer, uuid, text, uuid[], bytea[], bytea),
  report_named(uuid, uuid), report_set_urgency(uuid, integer, uuid, integer, timestamptz);
revoke update (proposed_by) on reports from recueil_office;
update reports set urgency = urgency_sealed where urgency_sealed is not null;
drop index reports_restricted;
alter table reports drop column restricted_from, drop column urgency_sealed, drop column proposed_by;
