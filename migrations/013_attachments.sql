-- Files. Each is one age file, cut into pieces; the key that opens it is in the body
-- of its owner alone: the report, or what was added to one later. A file comes before
-- its owner is sent. Until a report or an addition of that id is stored nobody sees it,
-- and nothing needs to be written when it is.
create table attachments (
  id         uuid primary key,
  owner      uuid        not null,
  size       bigint      not null check (size > 0), -- of the sealed file; until it is complete, what is set aside for it
  pieces     integer     not null default 0,
  complete   boolean     not null default false,
  expires_at timestamptz not null -- unless its owner is stored by then; infinity once that was seen
);
create index attachments_owner on attachments (owner);
create index attachments_expiry on attachments (expires_at) where expires_at < 'infinity';

-- The first piece begins as an age file does. The others are cut out of one: opening
-- the whole tells whether each is the right one.
create table attachment_pieces (
  attachment_id uuid    not null references attachments on delete cascade,
  number        integer not null check (number >= 0),
  body          bytea   not null check (octet_length(body) between 1 and 1048576),
  primary key (attachment_id, number),
  check (number > 0 or is_age_file(body))
);
alter table attachment_pieces alter column body set storage external;

-- Whether what a file belongs to was sent.
create function attachment_sent(p_owner uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public, pg_temp
as $$
  select exists (select from public.reports r where r.id = p_owner) or exists (select from public.additions a where a.id = p_owner)
$$;

-- Sets room aside for a file to come: 'ready'; 'full' when unsent files hold the
-- quota already, or the database has grown to its ceiling (0: none); 'sent' when the
-- owner is stored and takes no more.
create function attachment_begin(p_id uuid, p_owner uuid, p_size bigint, p_expires timestamptz, p_quota bigint, p_ceiling bigint) returns text
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  held bigint;
begin
  if public.attachment_sent(p_owner) then
    return 'sent';
  end if;
  -- One after the other: two that count at once would both find the last room.
  perform pg_advisory_xact_lock(7261001);
  select coalesce(sum(a.size), 0) into held from public.attachments a
    where a.expires_at < 'infinity' and not public.attachment_sent(a.owner);
  if held + p_size > p_quota or p_ceiling > 0 and pg_database_size(current_database()) + p_size > p_ceiling then
    return 'full';
  end if;
  insert into public.attachments (id, owner, size, expires_at) values (p_id, p_owner, p_size, p_expires);
  return 'ready';
end $$;

-- Ends a file whose pieces are all stored; false when it is not there any more.
create function attachment_finish(p_id uuid, p_owner uuid, p_size bigint, p_pieces integer, p_expires timestamptz) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.attachments a set size = p_size, pieces = p_pieces, complete = true, expires_at = p_expires
    where a.id = p_id and a.owner = p_owner and not a.complete;
  return found;
end $$;

-- The files of a draft live as long as it does.
create function attachments_keep(p_owner uuid, p_expires timestamptz) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$ update public.attachments set expires_at = p_expires where owner = p_owner and complete and expires_at < p_expires $$;

-- Removes one file, or all of an owner when p_id is null, unless they were sent.
create function attachments_remove(p_owner uuid, p_id uuid) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$ delete from public.attachments a where a.owner = p_owner and (p_id is null or a.id = p_id) and not public.attachment_sent(p_owner) $$;

-- Removes what was never sent, or never whole, a few at a time, and says how many files
-- that were.
create function attachments_expire(p_now timestamptz, p_most integer) returns integer
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
declare
  due uuid[];
  gone integer;
begin
  select coalesce(array_agg(d.id), '{}') into due from (
    select a.id from public.attachments a where a.expires_at <= p_now order by a.expires_at limit p_most for update skip locked) d;
  update public.attachments a set expires_at = 'infinity' where a.id = any(due) and a.complete and public.attachment_sent(a.owner);
  delete from public.attachments a where a.id = any(due) and a.expires_at <= p_now;
  get diagnostics gone = row_count;
  return gone;
end $$;

revoke execute on function attachment_sent(uuid), attachment_begin(uuid, uuid, bigint, timestamptz, bigint, bigint),
  attachment_finish(uuid, uuid, bigint, integer, timestamptz), attachments_keep(uuid, timestamptz),
  attachments_remove(uuid, uuid), attachments_expire(timestamptz, integer) from public;
grant execute on function attachment_begin(uuid, uuid, bigint, timestamptz, bigint, bigint),
  attachment_finish(uuid, uuid, bigint, integer, timestamptz), attachments_keep(uuid, timestamptz),
  attachments_remove(uuid, uuid), attachments_expire(timestamptz, integer) to recueil_intake;
grant insert on attachment_pieces to recueil_intake;
grant select on attachments, attachment_pieces to recueil_office;

-- "Contenu illicite": no preview and no download any more. Frozen once, frozen for good.
create table attachment_freezes (
  attachment_id uuid primary key references attachments,
  author        uuid        not null references staff,
  frozen_at     timestamptz not null
);
grant select, insert on attachment_freezes to recueil_office;

---- create above / drop below ----

drop table attachment_freezes;
drop function attachments_expire(timestamptz, integer), attachments_remove(uuid, uuid), attachments_keep(uuid, timestamptz),
  attachment_finish(uuid, uuid, bigint, integer, timestamptz),
  attachment_begin(uuid, uuid, bigint, timestamptz, bigint, bigint), attachment_sent(uuid);
drop table attachment_pieces, attachments;
