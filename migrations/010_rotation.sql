-- Team keys over their life. A member's recipient is bound to each key he holds: at
-- a rotation the MAC under the newest one counts, so that whoever once held an older
-- key can admit nobody any more. A wrap that no admission stands behind gets a MAC
-- that never checks out.
alter table team_key_wraps add column recipient_mac bytea check (octet_length(recipient_mac) = 32);
update team_key_wraps w set recipient_mac = coalesce(
  (select m.recipient_mac from memberships m where m.team_id = w.team_id and m.staff_id = w.staff_id), decode(repeat('00', 32), 'hex'));
alter table team_key_wraps alter column recipient_mac set not null;
alter table memberships drop column recipient_mac;

-- What the operator's terminal remembers of each epoch. The trust file alone says
-- which keys are a team's; nothing is sealed to what stands here.
create table team_epochs (
  team_id       text        not null references teams,
  epoch         integer     not null check (epoch > 0),
  trust_version integer     not null check (trust_version > 0), -- of the file that names it first
  prepared_by   uuid references staff,
  prepared_at   timestamptz not null,
  discarded_at  timestamptz, -- its file was never installed
  shredded_at   timestamptz, -- its shred key was destroyed
  primary key (team_id, epoch)
);
insert into team_epochs (team_id, epoch, trust_version, prepared_at)
  select team_id, epoch, 1, created_at from recovery_wraps;

-- Which trust file each server uses, told every minute. A rotation is complete when
-- no intake uses the old epoch any more, nor holds what was sealed to it on its disk.
create table servers (
  id                uuid primary key,
  kind              text        not null check (kind in ('intake', 'office')),
  name              text        not null check (octet_length(name) between 1 and 100),
  trust_version     integer     not null,
  trust_fingerprint text        not null check (trust_fingerprint ~ '^[0-9a-f]{64}$'),
  using_since       timestamptz not null,
  waiting           integer     not null check (waiting >= 0), -- sealed reports in its spool
  seen_at           timestamptz not null
);

-- The role that logged in says which kind of server it is. The clock is the
-- database's: a server whose own is wrong must not make others disappear.
create function server_seen(p_id uuid, p_name text, p_version integer, p_fingerprint text, p_waiting integer) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
  delete from public.servers s where s.seen_at < now() - interval '10 minutes';
  insert into public.servers as s (id, kind, name, trust_version, trust_fingerprint, using_since, waiting, seen_at)
    values (p_id, case session_user when 'recueil_intake' then 'intake' when 'recueil_office' then 'office' end,
      p_name, p_version, p_fingerprint, now(), p_waiting, now())
    on conflict (id) do update set name = excluded.name, trust_version = excluded.trust_version,
      trust_fingerprint = excluded.trust_fingerprint, waiting = excluded.waiting, seen_at = excluded.seen_at,
      using_since = case when s.trust_fingerprint = excluded.trust_fingerprint then s.using_since else excluded.using_since end
      where s.kind = excluded.kind;
$$;

revoke execute on function server_seen(uuid, text, integer, text, integer) from public;
grant execute on function server_seen(uuid, text, integer, text, integer) to recueil_intake, recueil_office;

---- create above / drop below ----

drop function server_seen(uuid, text, integer, text, integer);
drop table servers, team_epochs;
alter table memberships add column recipient_mac bytea check (octet_length(recipient_mac) = 32);
update memberships m set recipient_mac = (select w.recipient_mac from team_key_wraps w
  where w.team_id = m.team_id and w.staff_id = m.staff_id order by w.epoch desc limit 1);
alter table memberships alter column recipient_mac set not null;
alter table team_key_wraps drop column recipient_mac;
