-- "Contenu illicite" in a record of the follow-up unit: no preview and no download any
-- more, as for the files of a report. Frozen once, frozen for good.
create table record_file_freezes (
  file_id   uuid primary key references record_files,
  author    uuid        not null references staff,
  frozen_at timestamptz not null
);
grant select, insert on record_file_freezes to recueil_office;

---- create above / drop below ----

drop table record_file_freezes;
