-- A call joins a report that is restricted to named people when its listener is one of
-- them. It is sealed to the team that the report was taken from, as what its reporter adds
-- later is; no screen shows that to who is not named.
drop function call_add(uuid, uuid, timestamptz, text, integer, bytea);
create function call_add(p_id uuid, p_report_id uuid, p_received_at timestamptz, p_team_id text, p_epoch integer, p_body bytea, p_by uuid) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into public.additions (id, report_id, team_id, epoch, body, received_at)
    select p_id, p_report_id, p_team_id, p_epoch, p_body, p_received_at
    where exists (select from public.report_grants g where g.report_id = p_report_id and g.team_id = p_team_id)
      or exists (select from public.reports r join public.report_grants g on g.report_id = r.id and g.team_id = 'member:' || p_by
        where r.id = p_report_id and r.restricted_from = p_team_id);
  return found;
end $$;
revoke execute on function call_add(uuid, uuid, timestamptz, text, integer, bytea, uuid) from public;
grant execute on function call_add(uuid, uuid, timestamptz, text, integer, bytea, uuid) to recueil_office;

-- A promise is settled, and never given to somebody else or moved: nothing needs these.
revoke update (assignee, due_at) on callbacks from recueil_office;

---- create above / drop below ----

grant update (assignee, due_at) on callbacks to recueil_office;
drop function call_add(uuid, uuid, timestamptz, text, integer, bytea, uuid);
create function call_add(p_id uuid, p_report_id uuid, p_received_at timestamptz, p_team_id text, p_epoch integer, p_body bytea) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  insert into public.additions (id, report_id, team_id, epoch, body, received_at)
    select p_id, p_report_id, p_team_id, p_epoch, p_body, p_received_at
    where exists (select from public.report_grants g where g.report_id = p_report_id and g.team_id = p_team_id);
  return found;
end $$;
revoke execute on function call_add(uuid, uuid, timestamptz, text, integer, bytea) from public;
grant execute on function call_add(uuid, uuid, timestamptz, text, integer, bytea) to recueil_office;
