-- Units that follow children up, and the professions of a unit. The trust file says
-- which teams are what, and all keys follow it alone. What stands here lets the acts on
-- accounts refuse what would put a profession's key into other hands: a profession is
-- for follow-up members of its unit, and they alone admit their colleagues to it.
alter table teams add column follows_up boolean not null default false;
alter table teams add column profession_of text references teams deferrable initially deferred;

create or replace function account_check_teams(p_role text, p_teams text[]) returns void
  language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
begin
  if public.role_reads(p_role) <> (cardinality(p_teams) > 0)
    or exists (select 1 from unnest(p_teams) t(id) left join public.teams known on known.id = t.id where known.id is null)
    or exists (select 1 from unnest(p_teams) t(id) join public.teams known on known.id = t.id
      where known.profession_of is not null and (p_role <> 'follow_up' or known.profession_of <> all (p_teams))) then
    raise exception 'role and teams do not go together' using errcode = 'RC006';
  end if;
end $$;

-- Who may give a team's key: a coordinator; of a profession, its own members.
create function account_gives(p_by uuid, p_team text) returns boolean
  language sql stable set search_path = pg_catalog, public, pg_temp
as $$
  select exists (select from public.staff s join public.teams t on t.id = p_team
    where s.id = p_by and s.disabled_at is null and s.role = case when t.profession_of is null then 'coordinator' else 'follow_up' end)
$$;

-- Gives a member who waits for it every key of a team that the actor holds.
create or replace function member_admit(p_staff uuid, p_recipient text, p_team text, p_by uuid, p_at timestamptz,
                             p_epochs integer[], p_wraps bytea[], p_macs bytea[]) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  if p_by = p_staff or not public.account_gives(p_by, p_team) then
    raise exception 'the actor may not do this' using errcode = 'RC001';
  end if;
  if cardinality(p_epochs) = 0 or cardinality(p_epochs) <> cardinality(p_wraps) or cardinality(p_epochs) <> cardinality(p_macs)
    or exists (select 1 from unnest(p_epochs) given(epoch) where not exists (
      select 1 from public.team_key_wraps w where w.team_id = p_team and w.staff_id = p_by and w.epoch = given.epoch)) then
    raise exception 'the actor does not hold what he gives' using errcode = 'RC001';
  end if;
  if (select max(w.epoch) from public.team_key_wraps w where w.team_id = p_team) > (select max(given.epoch) from unnest(p_epochs) given(epoch)) then
    raise exception 'a newer key is not in use yet' using errcode = 'RC005';
  end if;
  delete from public.key_requests k where k.team_id = p_team and k.staff_id = p_staff and exists (
    select 1 from public.staff s join public.teams t on t.id = p_team
      where s.id = p_staff and s.recipient = p_recipient and s.disabled_at is null and public.role_reads(s.role)
        and (t.profession_of is null or s.role = 'follow_up'));
  if not found then
    raise exception 'nobody waits for this key with this recipient' using errcode = 'RC002';
  end if;
  insert into public.memberships (team_id, staff_id, admitted_by, admitted_at) values (p_team, p_staff, p_by, p_at);
  insert into public.team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac, created_at)
    select p_team, given.epoch, p_staff, given.wrap, given.mac, p_at from unnest(p_epochs, p_wraps, p_macs) given(epoch, wrap, mac);
end $$;

create or replace function member_refuse(p_staff uuid, p_recipient text, p_by uuid, p_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  if p_by = p_staff or not exists (select from public.staff s where s.id = p_by and s.role in ('coordinator', 'follow_up') and s.disabled_at is null) then
    raise exception 'the actor may not do this' using errcode = 'RC001';
  end if;
  if not exists (select 1 from public.key_requests k join public.staff s on s.id = k.staff_id
      join public.team_key_wraps mine on mine.team_id = k.team_id and mine.staff_id = p_by
      where s.id = p_staff and s.recipient = p_recipient and s.disabled_at is null and public.account_gives(p_by, k.team_id)) then
    raise exception 'nobody waits for a key of the actor with this recipient' using errcode = 'RC002';
  end if;
  perform public.account_shut(p_staff, p_at);
end $$;

revoke execute on function account_gives(uuid, text) from public;

---- create above / drop below ----

create or replace function member_refuse(p_staff uuid, p_recipient text, p_by uuid, p_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  perform public.account_actor(p_by, 'coordinator', p_staff);
  if not exists (select 1 from public.key_requests k join public.staff s on s.id = k.staff_id
      join public.team_key_wraps mine on mine.team_id = k.team_id and mine.staff_id = p_by
      where s.id = p_staff and s.recipient = p_recipient and s.disabled_at is null) then
    raise exception 'nobody waits for a key of the actor with this recipient' using errcode = 'RC002';
  end if;
  perform public.account_shut(p_staff, p_at);
end $$;
create or replace function member_admit(p_staff uuid, p_recipient text, p_team text, p_by uuid, p_at timestamptz,
                             p_epochs integer[], p_wraps bytea[], p_macs bytea[]) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  perform public.account_actor(p_by, 'coordinator', p_staff);
  if cardinality(p_epochs) = 0 or cardinality(p_epochs) <> cardinality(p_wraps) or cardinality(p_epochs) <> cardinality(p_macs)
    or exists (select 1 from unnest(p_epochs) given(epoch) where not exists (
      select 1 from public.team_key_wraps w where w.team_id = p_team and w.staff_id = p_by and w.epoch = given.epoch)) then
    raise exception 'the actor does not hold what he gives' using errcode = 'RC001';
  end if;
  if (select max(w.epoch) from public.team_key_wraps w where w.team_id = p_team) > (select max(given.epoch) from unnest(p_epochs) given(epoch)) then
    raise exception 'a newer key is not in use yet' using errcode = 'RC005';
  end if;
  delete from public.key_requests k where k.team_id = p_team and k.staff_id = p_staff and exists (
    select 1 from public.staff s where s.id = p_staff and s.recipient = p_recipient and s.disabled_at is null and public.role_reads(s.role));
  if not found then
    raise exception 'nobody waits for this key with this recipient' using errcode = 'RC002';
  end if;
  insert into public.memberships (team_id, staff_id, admitted_by, admitted_at) values (p_team, p_staff, p_by, p_at);
  insert into public.team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac, created_at)
    select p_team, given.epoch, p_staff, given.wrap, given.mac, p_at from unnest(p_epochs, p_wraps, p_macs) given(epoch, wrap, mac);
end $$;
drop function account_gives(uuid, text);
create or replace function account_check_teams(p_role text, p_teams text[]) returns void
  language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
begin
  if public.role_reads(p_role) <> (cardinality(p_teams) > 0)
    or exists (select 1 from unnest(p_teams) t(id) left join public.teams known on known.id = t.id where known.id is null) then
    raise exception 'role and teams do not go together' using errcode = 'RC006';
  end if;
end $$;
alter table teams drop column profession_of, drop column follows_up;
