-- Within urgency 0, what was verified comes first. The rest is ordered by due time
-- alone, as before.
drop index reports_queue;
alter table reports drop column queue_rank;
alter table reports add column queue_rank smallint not null generated always as (
  case when urgency > 0 then 2 when lane = 'main' then 0 else 1 end) stored;
create index reports_queue on reports (queue_rank, due_at, id)
  where status in ('received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'reopened');

-- Counted at every look at the queue: more of these than a few is a flood.
create index reports_unverified on reports (received_at) where lane = 'to_verify' and urgency <= 1 and status = 'received';

---- create above / drop below ----

drop index reports_unverified, reports_queue;
alter table reports drop column queue_rank;
alter table reports add column queue_rank smallint not null generated always as (case when urgency = 0 then 0 else 1 end) stored;
create index reports_queue on reports (queue_rank, due_at, id)
  where status in ('received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'reopened');
