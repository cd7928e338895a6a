-- Drafts are reached through functions only: who holds the id holds the cookie.
-- The clock is the caller's, so that a test can move it.
create function draft_save(p_id bytea, p_content bytea, p_expected integer, p_expires timestamptz, p_now timestamptz) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  saved integer;
begin
  if p_expected < 0 then -- the tombstone of what was just sent takes any draft's place
    insert into public.drafts as d (id, content, revision, expires_at) values (p_id, p_content, 1, p_expires)
      on conflict (id) do update set content = excluded.content, revision = d.revision + 1, expires_at = excluded.expires_at
      returning revision into saved;
  elsif p_expected = 0 then
    insert into public.drafts as d (id, content, revision, expires_at) values (p_id, p_content, 1, p_expires)
      on conflict (id) do update set content = excluded.content, revision = 1, expires_at = excluded.expires_at
        where d.expires_at <= p_now
      returning revision into saved;
  else
    update public.drafts d set content = p_content, revision = d.revision + 1, expires_at = p_expires
      where d.id = p_id and d.revision = p_expected and d.expires_at > p_now
      returning revision into saved;
  end if;
  return saved; -- null: somebody else saved first, or the draft is gone
end $$;

create function draft_load(p_id bytea, p_now timestamptz, out content bytea, out revision integer)
  returns setof record
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$ select d.content, d.revision from public.drafts d where d.id = p_id and d.expires_at > p_now $$;

create function draft_delete(p_id bytea) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$ delete from public.drafts where id = p_id $$;

create function drafts_expire(p_now timestamptz, p_most integer) returns integer
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
  with gone as (
    delete from public.drafts where id in (
      select id from public.drafts where expires_at <= p_now limit p_most for update skip locked)
    returning 1)
  select count(*)::integer from gone
$$;

revoke execute on all functions in schema public from public;
grant execute on function is_age_file(bytea) to recueil_intake, recueil_office;

grant insert (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane) on reports to recueil_intake;
grant insert (report_id, team_id, epoch, body) on report_grants to recueil_intake;
grant insert on submissions to recueil_intake;
grant insert (id, report_id, team_id, epoch, body, received_at) on additions to recueil_intake;
grant execute on function
  draft_save(bytea, bytea, integer, timestamptz, timestamptz),
  draft_load(bytea, timestamptz),
  draft_delete(bytea),
  drafts_expire(timestamptz, integer) to recueil_intake;

grant select on reports, report_grants, additions, parts to recueil_office;
grant update (status, qualification, assignee, lease_holder, lease_until, version) on reports to recueil_office;
grant insert on parts to recueil_office;
grant select on teams, staff, memberships, team_key_wraps to recueil_office;
grant select, insert, delete on sessions to recueil_office;
grant update (last_seen_at) on sessions to recueil_office;
grant execute on function audit_append(timestamptz, uuid, text, text, text, bytea, text) to recueil_office;

---- create above / drop below ----

drop function drafts_expire(timestamptz, integer), draft_delete(bytea), draft_load(bytea, timestamptz),
  draft_save(bytea, bytea, integer, timestamptz, timestamptz);
