-- What staff write on a report besides notes and decisions.
alter table parts drop constraint parts_kind_check;
alter table parts add constraint parts_kind_check
  check (kind in ('note', 'decision', 'call', 'transmission', 'link', 'referral'));

---- create above / drop below ----

alter table parts drop constraint parts_kind_check;
alter table parts add constraint parts_kind_check check (kind in ('note', 'decision'));
