-- A page of the queue, and each count beside it, is read from one index in the order of
-- the screen: whatever a filter asks stands in it, so that rows are fetched only of
-- what is shown. Two parts, since most of a table is past in time.
drop index reports_queue;
create index reports_queue on reports (queue_rank, due_at, id)
  include (status, lane, urgency, channel, qualification, assignee, received_at, lease_until)
  where status in ('received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'reopened');
create index reports_past on reports (queue_rank, due_at, id)
  include (status, lane, urgency, channel, qualification, assignee, received_at, lease_until)
  where status in ('transmitted', 'acknowledged', 'feedback_received', 'closed', 'merged', 'archived');

-- A team that was given little looks from its grants.
create index report_grants_team on report_grants (team_id, report_id);

---- create above / drop below ----

drop index report_grants_team, reports_past, reports_queue;
create index reports_queue on reports (queue_rank, due_at, id)
  where status in ('received', 'in_triage', 'awaiting_information', 'qualified', 'awaiting_validation', 'reopened');
