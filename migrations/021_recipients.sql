-- Whom a file may be sent to: services, no persons of a report. An entry counts only
-- once somebody verified it, and its key once a coordinator confirmed it; each time
-- the row keeps a tag under the key of the team, so that whoever writes the database
-- can put no other address or key in its place.
create table recipients (
  id           uuid primary key,
  kind         text        not null check (kind in ('cell', 'prosecutor', 'first_responders', 'partner')),
  name         text        not null check (char_length(name) between 1 and 200),
  collectivity text        not null default '' check (collectivity ~ '^[0-9A-Z]{0,4}$'), -- empty: everywhere
  contact      text        not null default '' check (char_length(contact) <= 1000),
  age_key      text        not null default '' check (char_length(age_key) <= 4000),
  source       text        not null default '' check (char_length(source) <= 500),
  revision     integer     not null default 1,
  edited_at    timestamptz not null,
  edited_by    uuid        not null references staff,
  key_by       uuid        references staff, -- who put the key in
  verified_on  date,
  verified_by  uuid        references staff,
  entry_team   text,
  entry_epoch  integer,
  entry_tag    bytea check (octet_length(entry_tag) = 32),
  confirmed_on date,
  confirmed_by uuid        references staff,
  key_team     text,
  key_epoch    integer,
  key_tag      bytea check (octet_length(key_tag) = 32),
  retired_at   timestamptz,
  check ((verified_on is null) = (entry_tag is null)),
  check ((confirmed_on is null) = (key_tag is null)),
  check (confirmed_by <> key_by)
);

grant select on recipients to recueil_office;
grant insert (id, kind, name, collectivity, contact, age_key, source, edited_at, edited_by, key_by) on recipients to recueil_office;
grant update (kind, name, collectivity, contact, age_key, source, revision, edited_at, edited_by, key_by,
  verified_on, verified_by, entry_team, entry_epoch, entry_tag,
  confirmed_on, confirmed_by, key_team, key_epoch, key_tag, retired_at) on recipients to recueil_office;

---- create above / drop below ----

drop table recipients;
