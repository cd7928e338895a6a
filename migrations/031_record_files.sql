-- Files in a record of the follow-up unit. Each is one age file under the key of its
-- record, cut into pieces as those of a report are; the entry that lists it says what it
-- is called and how large it is. What comes in is there for nobody until that entry is
-- stored: an upload that breaks off leaves nothing that anybody sees.
create table record_files (
  id        uuid primary key,
  record_id uuid        not null references records,
  begun_at  timestamptz not null,
  size      bigint      not null default 0, -- of the sealed file
  pieces    integer     not null default 0,
  complete  boolean     not null default false,
  check (not complete or size > 0 and pieces > 0)
);
create index record_files_record on record_files (record_id);
create index record_files_unfinished on record_files (begun_at) where not complete;

create table record_file_pieces (
  file_id uuid    not null references record_files on delete cascade,
  number  integer not null check (number >= 0),
  body    bytea   not null check (octet_length(body) between 1 and 1048576),
  primary key (file_id, number),
  check (number > 0 or is_age_file(body))
);
alter table record_file_pieces alter column body set storage external;

-- Ends a file whose pieces are all stored, with the entry that lists it; false when it is
-- not there any more. What is complete is never changed.
create function record_file_finish(p_id uuid, p_record uuid, p_size bigint, p_pieces integer) returns boolean
  language plpgsql security definer set search_path = pg_catalog, public, pg_temp
as $$
begin
  update public.record_files f set size = p_size, pieces = p_pieces, complete = true
    where f.id = p_id and f.record_id = p_record and not f.complete;
  return found;
end $$;

-- Removes one file that was never whole, and those that began long ago.
create function record_files_drop(p_id uuid, p_before timestamptz) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$ delete from public.record_files f where not f.complete and (f.id = p_id or f.begun_at < p_before) $$;

revoke execute on function record_file_finish(uuid, uuid, bigint, integer), record_files_drop(uuid, timestamptz) from public;
grant execute on function record_file_finish(uuid, uuid, bigint, integer), record_files_drop(uuid, timestamptz) to recueil_office;
grant select on record_files, record_file_pieces to recueil_office;
grant insert (id, record_id, begun_at) on record_files to recueil_office;
grant insert on record_file_pieces to recueil_office;

---- create above / drop below ----

drop function record_files_drop(uuid, timestamptz), record_file_finish(uuid, uuid, bigint, integer);
drop table record_file_pieces, record_files;
