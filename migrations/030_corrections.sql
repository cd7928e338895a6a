-- What an entry corrects stands in its own record: that another record's entry names the
-- same id keeps nobody from correcting it.
alter table record_entries drop constraint record_entries_replaced;
alter table record_entries add constraint record_entries_replaced unique (record_id, replaces);

---- create above / drop below ----

alter table record_entries drop constraint record_entries_replaced;
alter table record_entries add constraint record_entries_replaced unique (replaces);
