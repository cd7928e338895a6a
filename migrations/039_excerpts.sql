-- What a line of a list shows of a report, sealed under a key of the team that the body
-- is sealed to, and bound to that very body: opening it costs a fiftieth. Made by the
-- office when a member opens the body, and gone with its grant; a list opens the body
-- wherever there is none.
create table report_excerpts (
  report_id uuid    not null,
  team_id   text    not null,
  epoch     integer not null,
  sealed    bytea   not null check (octet_length(sealed) between 1024 and 65536),
  primary key (report_id, team_id, epoch),
  foreign key (report_id, team_id, epoch) references report_grants on update cascade on delete cascade
);
alter table report_excerpts alter column sealed set storage external;
grant select, insert, update (sealed) on report_excerpts to recueil_office;

---- create above / drop below ----

drop table report_excerpts;
