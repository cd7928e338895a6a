-- What was sent is answered some day: by an acknowledgement, then by what became of
-- it. Dates alone stand in clear; to whom it went and what came back is sealed.
create table expected_replies (
  part_id   uuid    not null references parts,
  report_id uuid    not null references reports,
  kind      text    not null check (kind in ('acknowledgement', 'feedback')),
  due_on    date    not null,
  chased_on date,
  ended_on  date, -- it came, or nobody waits for it any more
  primary key (part_id, kind)
);
create index expected_replies_due on expected_replies (due_on) where ended_on is null;
create index expected_replies_report on expected_replies (report_id);

grant select on expected_replies to recueil_office;
grant insert (part_id, report_id, kind, due_on) on expected_replies to recueil_office;
grant update (chased_on, ended_on) on expected_replies to recueil_office;

---- create above / drop below ----

drop table expected_replies;
