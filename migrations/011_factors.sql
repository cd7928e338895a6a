-- The second factor of a member: one book, sealed under his own identity. Nobody
-- else reads it, or writes one that opens.
create table staff_factors (
  staff_id   uuid primary key references staff,
  sealed     bytea       not null check (octet_length(sealed) between 41 and 65536),
  revision   integer     not null check (revision > 0),
  changed_at timestamptz not null
);

-- What the audit trail says of a member's book: the digest of the ciphertext that
-- was written last, or null when there is to be none. A book that was set back or
-- taken away is told from the one that is meant to be there; whoever writes the
-- database would have to add to the trail for all to see.
create index audit_factors on audit_events (object_id, seq) where object_type = 'factor';
create function factor_digest(p_staff uuid) returns bytea
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
  select e.digest from public.audit_events e
    where e.object_type = 'factor' and e.object_id = p_staff::text order by e.seq desc limit 1
$$;

-- Taking a member's factor away takes two people; this is what the first one left.
create table factor_resets (
  staff_id    uuid primary key references staff,
  proposed_by uuid        not null references staff,
  proposed_at timestamptz not null,
  check (proposed_by <> staff_id)
);

-- Devices somebody logged in on before: a hash of a random cookie. Guessing on them
-- is counted apart, so that whoever guesses elsewhere delays nobody here.
create table known_devices (
  id         bytea primary key check (octet_length(id) = 32),
  staff_id   uuid        not null references staff,
  expires_at timestamptz not null
);
create index known_devices_staff on known_devices (staff_id);

-- A session is half open until the second factor was given (no proof), open, or
-- locked (no identity): what then remains says that the factor was given, and opens
-- nothing. Sessions of before know none of this.
delete from sessions;
alter table sessions
  alter column sealed_identity drop not null,
  add column proof          bytea check (octet_length(proof) = 32),
  add column sealed_device  bytea not null,
  add column sealed_pending bytea check (octet_length(sealed_pending) < 16384),
  add column attempts       smallint not null default 0,
  add check (sealed_identity is not null or proof is not null);

grant select, insert, delete on staff_factors, factor_resets, known_devices to recueil_office;
grant update (sealed, revision, changed_at) on staff_factors to recueil_office;
grant update (sealed_identity, sealed_pending, attempts) on sessions to recueil_office;
revoke execute on function factor_digest(uuid) from public;
grant execute on function factor_digest(uuid) to recueil_office;

---- create above / drop below ----

delete from sessions;
alter table sessions
  drop column attempts, drop column sealed_pending, drop column sealed_device, drop column proof,
  alter column sealed_identity set not null;
drop table known_devices, factor_resets;
drop function factor_digest(uuid);
drop index audit_factors;
drop table staff_factors;
