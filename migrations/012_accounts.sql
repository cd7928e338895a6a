-- Accounts in the office: invitations, what waits for a key, and the acts on both.
--
-- The office may call the functions below and write none of these tables. A grant of
-- UPDATE on staff would let whoever gets hold of that role put his own recipient into
-- an account, lift a coordinator's role or bring a used invitation back; a function
-- does one act, whole, and only when it is one: the actor has the role for it and acts
-- on somebody else, a new identity comes with the code of an open invitation, keys
-- are given by a coordinator who holds them to the very recipient that was compared.
-- None of this replaces the keys: whoever writes the tables past the functions still
-- has no wrap that opens and no MAC that checks out.
--
-- Errors have codes of our own: RC001 who acts may not; RC002 it is not, or no longer,
-- as the act supposes; RC003 nobody else would hold a team's key; RC004 the log-in name
-- is taken; RC005 a newer key of the team is not in use yet; RC006 role and teams do
-- not go together. The clock is the caller's, so that a test can move it.

-- A code is given by hand or by telephone. What stands here is its hash, made with the
-- log-in name: moved to another row it fits nothing.
create table invitations (
  id           uuid primary key,
  kind         text        not null check (kind in ('join', 'reset')),
  staff_id     uuid references staff, -- of a reset; of an invitation once it was used
  login        text        not null check (login ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
  display_name text        not null check (btrim(display_name) <> '' and octet_length(display_name) <= 200),
  role         text        not null check (role in (
                 'agent', 'coordinator', 'follow_up', 'statistician', 'account_administrator', 'auditor')),
  teams        text[]      not null,
  code_hash    bytea       not null unique check (octet_length(code_hash) = 32),
  invited_by   uuid        not null references staff,
  created_at   timestamptz not null,
  expires_at   timestamptz not null check (expires_at > created_at and expires_at <= created_at + interval '48 hours'),
  used_at      timestamptz,
  revoked_at   timestamptz,
  check (kind = 'join' or staff_id is not null and staff_id <> invited_by)
);
create unique index invitations_open on invitations (login) where used_at is null and revoked_at is null;

-- Who is meant to hold a team's key and does not yet: a coordinator compares words
-- with him and gives it.
create table key_requests (
  team_id  text        not null references teams,
  staff_id uuid        not null references staff,
  asked_at timestamptz not null,
  primary key (team_id, staff_id)
);
create index key_requests_staff on key_requests (staff_id);

-- The roles that read reports, and so hold keys. A test compares them with the table
-- of permissions in internal/office/internal/triage.
create function role_reads(p_role text) returns boolean
  language sql immutable parallel safe set search_path = pg_catalog, public, pg_temp
as $$ select p_role in ('agent', 'coordinator', 'follow_up') $$;

create function account_actor(p_by uuid, p_role text, p_on uuid) returns void
  language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
begin
  if p_by = p_on then
    raise exception 'nobody changes his own account' using errcode = 'RC001';
  end if;
  if not exists (select 1 from public.staff s where s.id = p_by and s.role = p_role and s.disabled_at is null) then
    raise exception 'the actor may not do this' using errcode = 'RC001';
  end if;
end $$;

create function account_check_teams(p_role text, p_teams text[]) returns void
  language plpgsql stable set search_path = pg_catalog, public, pg_temp
as $$
begin
  if public.role_reads(p_role) <> (cardinality(p_teams) > 0)
    or exists (select 1 from unnest(p_teams) t(id) left join public.teams known on known.id = t.id where known.id is null) then
    raise exception 'role and teams do not go together' using errcode = 'RC006';
  end if;
end $$;

-- The teams of which this coordinator is the only one left who holds the newest key
-- that he holds: without him nobody could admit anybody.
create function teams_held_alone(p_staff uuid) returns setof text
  language sql stable set search_path = pg_catalog, public, pg_temp
as $$
  select mine.team_id from public.staff s
    join (select w.team_id, w.staff_id, max(w.epoch) as epoch from public.team_key_wraps w group by w.team_id, w.staff_id) mine on mine.staff_id = s.id
    where s.id = p_staff and s.role = 'coordinator' and s.disabled_at is null and not exists (
      select 1 from public.team_key_wraps w join public.staff other on other.id = w.staff_id
        where w.team_id = mine.team_id and w.epoch = mine.epoch and other.id <> p_staff
          and other.role = 'coordinator' and other.disabled_at is null)
    order by mine.team_id
$$;

-- One act on keys or accounts at a time: two administrators who each send one of the
-- last two coordinators away must not both succeed.
create function account_lock() returns void
  language sql set search_path = pg_catalog, public, pg_temp
as $$ select pg_advisory_xact_lock(hashtext('recueil accounts')) $$;

create function account_invite(p_id uuid, p_login text, p_name text, p_role text, p_teams text[], p_code_hash bytea,
                               p_by uuid, p_at timestamptz, p_expires timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  perform public.account_actor(p_by, 'account_administrator', null);
  perform public.account_check_teams(p_role, p_teams);
  update public.invitations i set revoked_at = p_at
    where i.login = p_login and i.used_at is null and i.revoked_at is null and i.expires_at <= p_at;
  if exists (select 1 from public.staff s where s.login = p_login)
    or exists (select 1 from public.invitations i where i.login = p_login and i.used_at is null and i.revoked_at is null) then
    raise exception 'the log-in name is taken' using errcode = 'RC004';
  end if;
  insert into public.invitations (id, kind, login, display_name, role, teams, code_hash, invited_by, created_at, expires_at)
    values (p_id, 'join', p_login, p_name, p_role, p_teams, p_code_hash, p_by, p_at, p_expires);
end $$;

-- Opens a way to a new passphrase. The old one goes on until the code is used.
create function account_reset(p_id uuid, p_staff uuid, p_code_hash bytea, p_by uuid, p_at timestamptz, p_expires timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  member public.staff%rowtype;
begin
  perform public.account_lock();
  perform public.account_actor(p_by, 'account_administrator', p_staff);
  select s.* into member from public.staff s where s.id = p_staff and s.disabled_at is null;
  if not found then
    raise exception 'there is no such active account' using errcode = 'RC002';
  end if;
  update public.invitations i set revoked_at = p_at where i.login = member.login and i.used_at is null and i.revoked_at is null;
  insert into public.invitations (id, kind, staff_id, login, display_name, role, teams, code_hash, invited_by, created_at, expires_at)
    values (p_id, 'reset', p_staff, member.login, member.display_name, member.role, '{}', p_code_hash, p_by, p_at, p_expires);
end $$;

create function invitation_revoke(p_id uuid, p_by uuid, p_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_actor(p_by, 'account_administrator', null);
  update public.invitations i set revoked_at = p_at where i.id = p_id and i.used_at is null and i.revoked_at is null;
  if not found then
    raise exception 'there is no such open invitation' using errcode = 'RC002';
  end if;
end $$;

-- What a code is worth: nothing is said of one that does not go with the name.
create function invitation_state(p_login text, p_code_hash bytea, p_at timestamptz, out id uuid, out state text, out display_name text)
  returns setof record
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
  select i.id, case when i.used_at is not null then 'used' when i.revoked_at is not null then 'revoked'
      when i.expires_at <= p_at then 'expired' else 'open' end, i.display_name
    from public.invitations i where i.login = p_login and i.code_hash = p_code_hash
$$;

-- Takes a new identity for the holder of a code: a new account, or the account that
-- forgot its passphrase. That one loses at once every key that was wrapped to its old
-- identity, and every session; what it held is asked for again.
create function invitation_accept(p_login text, p_code_hash bytea, p_new uuid, p_recipient text, p_sealed bytea, p_at timestamptz) returns uuid
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  invited public.invitations%rowtype;
  member  uuid := p_new;
begin
  perform public.account_lock();
  select i.* into invited from public.invitations i
    where i.login = p_login and i.code_hash = p_code_hash and i.used_at is null and i.revoked_at is null and i.expires_at > p_at
    for update;
  if not found then
    raise exception 'there is no such open invitation' using errcode = 'RC002';
  end if;
  if invited.kind = 'join' then
    if exists (select 1 from public.staff s where s.login = p_login) then
      raise exception 'the log-in name is taken' using errcode = 'RC004';
    end if;
    insert into public.staff (id, login, display_name, role, recipient, sealed_identity, created_at)
      values (p_new, p_login, invited.display_name, invited.role, p_recipient, p_sealed, p_at);
    insert into public.key_requests (team_id, staff_id, asked_at) select t.id, p_new, p_at from unnest(invited.teams) t(id);
  else
    member := invited.staff_id;
    update public.staff s set recipient = p_recipient, sealed_identity = p_sealed
      where s.id = member and s.login = p_login and s.disabled_at is null;
    if not found then
      raise exception 'there is no such active account' using errcode = 'RC002';
    end if;
    insert into public.key_requests (team_id, staff_id, asked_at)
      select m.team_id, member, p_at from public.memberships m where m.staff_id = member on conflict do nothing;
    delete from public.team_key_wraps w where w.staff_id = member;
    delete from public.memberships m where m.staff_id = member;
    delete from public.sessions x where x.staff_id = member;
  end if;
  update public.invitations i set used_at = p_at, staff_id = member where i.id = invited.id;
  return member;
end $$;

create function account_shut(p_staff uuid, p_at timestamptz) returns void
  language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
  if exists (select 1 from public.teams_held_alone(p_staff)) then
    raise exception 'nobody else holds the key' using errcode = 'RC003';
  end if;
  update public.staff s set disabled_at = p_at where s.id = p_staff and s.disabled_at is null;
  if not found then
    raise exception 'there is no such active account' using errcode = 'RC002';
  end if;
  delete from public.sessions x where x.staff_id = p_staff;
  delete from public.team_key_wraps w where w.staff_id = p_staff;
  delete from public.memberships m where m.staff_id = p_staff;
  delete from public.key_requests k where k.staff_id = p_staff;
  update public.invitations i set revoked_at = p_at where i.staff_id = p_staff and i.used_at is null and i.revoked_at is null;
end $$;

create function account_disable(p_staff uuid, p_by uuid, p_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  perform public.account_actor(p_by, 'account_administrator', p_staff);
  perform public.account_shut(p_staff, p_at);
end $$;

-- Gives a member the role and the teams that are named, and takes all others away:
-- what he keeps stays as it is, what is new waits for a coordinator.
create function account_place(p_staff uuid, p_role text, p_teams text[], p_at timestamptz) returns void
  language plpgsql set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_check_teams(p_role, p_teams);
  if exists (select 1 from public.teams_held_alone(p_staff) t(id) where p_role <> 'coordinator' or t.id <> all (p_teams)) then
    raise exception 'nobody else holds the key' using errcode = 'RC003';
  end if;
  update public.staff s set role = p_role where s.id = p_staff;
  delete from public.team_key_wraps w where w.staff_id = p_staff and w.team_id <> all (p_teams);
  delete from public.memberships m where m.staff_id = p_staff and m.team_id <> all (p_teams);
  delete from public.key_requests k where k.staff_id = p_staff and k.team_id <> all (p_teams);
  insert into public.key_requests (team_id, staff_id, asked_at)
    select t.id, p_staff, p_at from unnest(p_teams) t(id)
      where not exists (select 1 from public.memberships m where m.team_id = t.id and m.staff_id = p_staff)
    on conflict do nothing;
end $$;

create function account_assign(p_staff uuid, p_role text, p_teams text[], p_by uuid, p_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  perform public.account_actor(p_by, 'account_administrator', p_staff);
  if not exists (select 1 from public.staff s where s.id = p_staff and s.disabled_at is null) then
    raise exception 'there is no such active account' using errcode = 'RC002';
  end if;
  perform public.account_place(p_staff, p_role, p_teams, p_at);
end $$;

-- Whatever was wrapped to the account before is gone: a coordinator admits it anew.
create function account_reinstate(p_staff uuid, p_role text, p_teams text[], p_by uuid, p_at timestamptz) returns void
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  perform public.account_lock();
  perform public.account_actor(p_by, 'account_administrator', p_staff);
  update public.staff s set disabled_at = null where s.id = p_staff and s.disabled_at is not null;
  if not found then
    raise exception 'there is no such disabled account' using errcode = 'RC002';
  end if;
  delete from public.team_key_wraps w where w.staff_id = p_staff;
  delete from public.memberships m where m.staff_id = p_staff;
  perform public.account_place(p_staff, p_role, p_teams, p_at);
end $$;

-- Gives a member who waits for it every key of a team that the coordinator holds.
create function member_admit(p_staff uuid, p_recipient text, p_team text, p_by uuid, p_at timestamptz,
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

-- The words differed: somebody else may sit behind this account. It is shut until the
-- administrator has found out.
create function member_refuse(p_staff uuid, p_recipient text, p_by uuid, p_at timestamptz) returns void
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

-- What is written down of who did what is read by auditors; it holds no word of a
-- report.
create index audit_actor on audit_events (actor, seq);
create index audit_action on audit_events (action, seq);
create index audit_object on audit_events (object_id, seq);
create index audit_at on audit_events (at, seq);
grant select on audit_events, audit_head, key_requests to recueil_office;
grant select (id, kind, staff_id, login, display_name, role, teams, invited_by, created_at, expires_at, used_at, revoked_at) on invitations to recueil_office;
revoke execute on function
  role_reads(text), account_actor(uuid, text, uuid), account_check_teams(text, text[]), teams_held_alone(uuid), account_lock(),
  account_shut(uuid, timestamptz), account_place(uuid, text, text[], timestamptz),
  account_invite(uuid, text, text, text, text[], bytea, uuid, timestamptz, timestamptz),
  account_reset(uuid, uuid, bytea, uuid, timestamptz, timestamptz),
  invitation_revoke(uuid, uuid, timestamptz), invitation_state(text, bytea, timestamptz),
  invitation_accept(text, bytea, uuid, text, bytea, timestamptz),
  account_disable(uuid, uuid, timestamptz), account_assign(uuid, text, text[], uuid, timestamptz),
  account_reinstate(uuid, text, text[], uuid, timestamptz),
  member_admit(uuid, text, text, uuid, timestamptz, integer[], bytea[], bytea[]), member_refuse(uuid, text, uuid, timestamptz) from public;
grant execute on function
  teams_held_alone(uuid),
  account_invite(uuid, text, text, text, text[], bytea, uuid, timestamptz, timestamptz),
  account_reset(uuid, uuid, bytea, uuid, timestamptz, timestamptz),
  invitation_revoke(uuid, uuid, timestamptz), invitation_state(text, bytea, timestamptz),
  invitation_accept(text, bytea, uuid, text, bytea, timestamptz),
  account_disable(uuid, uuid, timestamptz), account_assign(uuid, text, text[], uuid, timestamptz),
  account_reinstate(uuid, text, text[], uuid, timestamptz),
  member_admit(uuid, text, text, uuid, timestamptz, integer[], bytea[], bytea[]), member_refuse(uuid, text, uuid, timestamptz) to recueil_office;

---- create above / drop below ----

revoke select on audit_events, audit_head from recueil_office;
drop index audit_at, audit_object, audit_action, audit_actor;
drop function member_refuse(uuid, text, uuid, timestamptz), member_admit(uuid, text, text, uuid, timestamptz, integer[], bytea[], bytea[]),
  account_reinstate(uuid, text, text[], uuid, timestamptz), account_assign(uuid, text, text[], uuid, timestamptz),
  account_place(uuid, text, text[], timestamptz), account_disable(uuid, uuid, timestamptz), account_shut(uuid, timestamptz),
  invitation_accept(text, bytea, uuid, text, bytea, timestamptz), invitation_state(text, bytea, timestamptz),
  invitation_revoke(uuid, uuid, timestamptz), account_reset(uuid, uuid, bytea, uuid, timestamptz, timestamptz),
  account_invite(uuid, text, text, text, text[], bytea, uuid, timestamptz, timestamptz),
  account_lock(), teams_held_alone(uuid), account_check_teams(text, text[]), account_actor(uuid, text, uuid), role_reads(text);
drop table key_requests, invitations;
