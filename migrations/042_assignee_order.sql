-- What is somebody's, in the order of the queue: whoever has three of a hundred thousand
-- finds them without reading past all the others.
drop index reports_assignee;
create index reports_assignee on reports (assignee, queue_rank, due_at, id) where assignee is not null;

---- create above / drop below ----

drop index reports_assignee;
create index reports_assignee on reports (assignee) where assignee is not null;
