-- What a follow-up unit sends the platform of a contact that came straight to it: a
-- report like any other, by a channel of its own. The unit keeps its record, and sees
-- where the report stands.
alter table reports drop constraint reports_channel_check;
alter table reports add constraint reports_channel_check check (channel in ('web', 'phone', 'unit'));

create table unit_reports (
  report_id uuid primary key references reports,
  record_id uuid        not null references records,
  masked    boolean     not null,
  author    uuid        not null references staff,
  sent_at   timestamptz not null
);
create index unit_reports_record on unit_reports (record_id, sent_at);

-- As call_send: the office inserts no report of the public's.
create function unit_send(p_id uuid, p_tag bytea, p_received_at timestamptz, p_reference text, p_receipt_lookup bytea, p_urgency smallint,
                          p_due_at timestamptz, p_team_id text, p_epoch integer, p_body bytea, p_record_id uuid, p_masked boolean, p_author uuid) returns void
  language sql security definer set search_path = pg_catalog, public, pg_temp
as $$
  insert into public.reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane, digest)
    values (p_id, p_reference, p_receipt_lookup, p_received_at, 'unit', p_urgency, p_due_at, 'main', sha256(p_body));
  insert into public.report_grants (report_id, team_id, epoch, body) values (p_id, p_team_id, p_epoch, p_body);
  insert into public.submissions (report_id, tag, received_at) values (p_id, p_tag, p_received_at);
  insert into public.unit_reports (report_id, record_id, masked, author, sent_at) values (p_id, p_record_id, p_masked, p_author, p_received_at);
$$;

revoke execute on function unit_send(uuid, bytea, timestamptz, text, bytea, smallint, timestamptz, text, integer, bytea, uuid, boolean, uuid) from public;
grant execute on function unit_send(uuid, bytea, timestamptz, text, bytea, smallint, timestamptz, text, integer, bytea, uuid, boolean, uuid) to recueil_office;
grant select on unit_reports to recueil_office;

---- create above / drop below ----

drop function unit_send(uuid, bytea, timestamptz, text, bytea, smallint, timestamptz, text, integer, bytea, uuid, boolean, uuid);
drop table unit_reports;
update reports set channel = 'phone' where channel = 'unit';
alter table reports drop constraint reports_channel_check;
alter table reports add constraint reports_channel_check check (channel in ('web', 'phone'));
