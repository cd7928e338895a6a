-- What is sealed does not compress: PostgreSQL need not try.
alter table report_grants alter column body set storage external;
alter table additions alter column body set storage external;
alter table parts alter column body set storage external;
alter table drafts alter column content set storage external;

-- Most drafts, and every receipt, are one step of their padding, a little over the
-- size from which a value leaves its row; half a page may stay.
alter table drafts set (toast_tuple_target = 4080);

---- create above / drop below ----

alter table drafts reset (toast_tuple_target);
alter table drafts alter column content set storage extended;
alter table parts alter column body set storage extended;
alter table additions alter column body set storage extended;
alter table report_grants alter column body set storage extended;
