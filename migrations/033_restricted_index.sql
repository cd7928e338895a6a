-- Every statement that asks whether a report is restricted knows its id: the primary key
-- leads there as fast, and without this index a restriction costs one page less to write.
drop index reports_restricted;

---- create above / drop below ----

create index reports_restricted on reports (id) where restricted_from is not null;
