// Package privileges compares what the database's catalogue says of roles with a
// literal matrix: role, object, verb. The two must agree both ways, so that a new
// table, column or function starts out of everybody's reach, and a grant that
// nobody wrote down here fails.
package privileges_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres/schema"
	"recueil/internal/testing/testdb"
)

// matrix is everything that anybody but the owner may do: role, object, verb and,
// for a table of which only some columns are granted, those.
const matrix = `
recueil_intake  database                   CONNECT
recueil_intake  schema public              USAGE
recueil_intake  table reports              INSERT id reference receipt_lookup received_at channel urgency due_at lane digest word_tag
recueil_intake  table report_grants        INSERT report_id team_id epoch body
recueil_intake  table submissions          INSERT
recueil_intake  table additions            INSERT id report_id team_id epoch body received_at
recueil_intake  table attachment_pieces    INSERT
recueil_intake  function attachment_begin  EXECUTE
recueil_intake  function attachment_finish EXECUTE
recueil_intake  function attachments_keep  EXECUTE
recueil_intake  function attachments_remove EXECUTE
recueil_intake  function attachments_remove_others EXECUTE
recueil_intake  function attachments_expire EXECUTE
recueil_intake  function mailbox_open      EXECUTE
recueil_intake  function mailbox_messages  EXECUTE
recueil_intake  function mailbox_read      EXECUTE
recueil_intake  function is_age_file       EXECUTE
recueil_intake  function draft_save        EXECUTE
recueil_intake  function draft_load        EXECUTE
recueil_intake  function draft_bury        EXECUTE
recueil_intake  function draft_delete      EXECUTE
recueil_intake  function drafts_expire     EXECUTE
recueil_intake  function captcha_draw      EXECUTE
recueil_intake  function captcha_show      EXECUTE
recueil_intake  function captcha_answer    EXECUTE
recueil_intake  function captchas_expire   EXECUTE
recueil_intake  function attestation_show  EXECUTE
recueil_intake  function attestation_check EXECUTE
recueil_intake  function server_seen       EXECUTE

recueil_office  database                   CONNECT
recueil_office  schema public              USAGE
recueil_office  table reports              SELECT
recueil_office  table reports              UPDATE status qualification assignee lease_holder lease_until version opened_at proposed_by acted_at
recueil_office  table report_grants        SELECT
recueil_office  table report_grants        UPDATE department likeness department_tag
recueil_office  table report_excerpts      SELECT
recueil_office  table report_excerpts      INSERT
recueil_office  table report_excerpts      UPDATE sealed
recueil_office  table bulk_closings        SELECT
recueil_office  table bulk_closings        INSERT id author closed_at
recueil_office  table bulk_closings        UPDATE undone_at undone_by
recueil_office  table bulk_closed          SELECT
recueil_office  table bulk_closed          INSERT
recueil_office  table queue_views          SELECT
recueil_office  table queue_views          INSERT
recueil_office  table queue_views          DELETE
recueil_office  table additions            SELECT
recueil_office  table additions            UPDATE seen_at
recueil_office  table attachments          SELECT
recueil_office  table attachment_pieces    SELECT
recueil_office  table attachment_freezes   SELECT
recueil_office  table attachment_freezes   INSERT
recueil_office  table calls                SELECT
recueil_office  table calls                INSERT id author team_id epoch body revision begun_at saved_at
recueil_office  table calls                UPDATE author team_id epoch body revision saved_at sent_at dropped_at
recueil_office  table calls                DELETE
recueil_office  table call_outcomes        SELECT
recueil_office  table call_outcomes        INSERT
recueil_office  table call_outcomes        DELETE
recueil_office  table callbacks            SELECT
recueil_office  table callbacks            INSERT id report_id assignee due_at created_by created_at
recueil_office  table callbacks            UPDATE outcome settled_by settled_at
recueil_office  function call_send         EXECUTE
recueil_office  function unit_send         EXECUTE
recueil_office  function call_add          EXECUTE
recueil_office  table messages             SELECT
recueil_office  table messages             INSERT id report_id sequence author body sent_at
recueil_office  table note_drafts          SELECT
recueil_office  table note_drafts          INSERT
recueil_office  table note_drafts          DELETE
recueil_office  table note_drafts          UPDATE revision body saved_at
recueil_office  table presences            SELECT
recueil_office  table presences            INSERT
recueil_office  table presences            DELETE
recueil_office  table presences            UPDATE writing seen_at
recueil_office  table notice_settings      SELECT
recueil_office  table notice_settings      UPDATE language steps reminders version changed_at changed_by reminded_at
recueil_office  table alarms               SELECT
recueil_office  table alarms               INSERT
recueil_office  table alarms               DELETE
recueil_office  table alarms               UPDATE step next_at
recueil_office  table notices              SELECT
recueil_office  table notices              INSERT id kind slot channel address step count minutes created_at next_at
recueil_office  table notices              DELETE
recueil_office  table notices              UPDATE count minutes next_at claimed_until attempts state failure finished_at
recueil_office  table parts                SELECT
recueil_office  table parts                INSERT
recueil_office  table expected_replies     SELECT
recueil_office  table expected_replies     INSERT part_id report_id kind due_on
recueil_office  table expected_replies     UPDATE chased_on ended_on
recueil_office  table recipients           SELECT
recueil_office  table recipients           INSERT id kind name collectivity contact age_key source edited_at edited_by key_by
recueil_office  table recipients           UPDATE kind name collectivity contact age_key source revision edited_at edited_by key_by verified_on verified_by entry_team entry_epoch entry_tag confirmed_on confirmed_by key_team key_epoch key_tag retired_at
recueil_office  table records              SELECT
recueil_office  table records              INSERT id team_id epoch body referral_id lead opened_at last_at next_at opening
recueil_office  table records              UPDATE lead status last_at next_at opening version
recueil_office  table record_entries       SELECT
recueil_office  table record_entries       INSERT
recueil_office  table record_file_freezes  SELECT
recueil_office  table record_file_freezes  INSERT
recueil_office  table record_files         SELECT
recueil_office  table record_files         INSERT id record_id begun_at
recueil_office  table record_file_pieces   SELECT
recueil_office  table record_file_pieces   INSERT
recueil_office  function record_file_finish EXECUTE
recueil_office  function record_files_drop EXECUTE
recueil_office  table record_opinions      SELECT
recueil_office  table record_opinions      INSERT
recueil_office  table record_appointments  SELECT
recueil_office  table record_appointments  INSERT id record_id assignee starts_at ends_at
recueil_office  table record_appointments  UPDATE status
recueil_office  table local_services       SELECT
recueil_office  table local_services       INSERT id department name offers phone address source verified_on changed_by
recueil_office  table local_services       UPDATE department name offers phone address source verified_on changed_by version
recueil_office  table teams                SELECT
recueil_office  table staff                SELECT
recueil_office  table memberships          SELECT
recueil_office  table team_key_wraps       SELECT
recueil_office  table sessions             SELECT
recueil_office  table sessions             INSERT
recueil_office  table sessions             DELETE
recueil_office  table sessions             UPDATE sealed_identity last_seen_at sealed_pending attempts
recueil_office  table staff_factors        SELECT
recueil_office  table staff_factors        INSERT
recueil_office  table staff_factors        DELETE
recueil_office  table staff_factors        UPDATE sealed revision changed_at
recueil_office  table factor_resets        SELECT
recueil_office  table factor_resets        INSERT
recueil_office  table factor_resets        DELETE
recueil_office  table known_devices        SELECT
recueil_office  table known_devices        INSERT
recueil_office  table known_devices        DELETE
recueil_office  function factor_digest     EXECUTE
recueil_office  table audit_events         SELECT
recueil_office  table audit_head           SELECT
recueil_office  table key_requests         SELECT
recueil_office  table unit_reports         SELECT
recueil_office  table referrals            SELECT
recueil_office  table referrals            INSERT id report_id from_team to_team epoch masked body proposed_by proposed_at
recueil_office  table referrals            UPDATE status answered_by answered_at
recueil_office  table referral_additions   SELECT
recueil_office  table referral_additions   INSERT id referral_id addition_id team_id epoch body author decided_at
recueil_office  table referral_additions   UPDATE seen_at
recueil_office  table referral_letters     SELECT
recueil_office  table referral_letters     INSERT id referral_id team_id epoch kind author body sent_at
recueil_office  table invitations          SELECT id kind staff_id login display_name role teams invited_by created_at expires_at used_at revoked_at
recueil_office  function teams_held_alone  EXECUTE
recueil_office  function account_invite    EXECUTE
recueil_office  function account_reset     EXECUTE
recueil_office  function account_disable   EXECUTE
recueil_office  function account_assign    EXECUTE
recueil_office  function account_reinstate EXECUTE
recueil_office  function invitation_state  EXECUTE
recueil_office  function invitation_accept EXECUTE
recueil_office  function invitation_revoke EXECUTE
recueil_office  function member_admit      EXECUTE
recueil_office  function member_refuse     EXECUTE
recueil_office  function is_age_file       EXECUTE
recueil_office  function audit_append      EXECUTE
recueil_office  function report_set_urgency EXECUTE
recueil_office  function report_restrict   EXECUTE
recueil_office  function report_lift       EXECUTE
recueil_office  function server_seen       EXECUTE
`

// granted asks the catalogue the same question. PUBLIC is a grantee like others;
// what a role that was never granted anything gets by default is spelled out too.
const granted = `
with object as (
  select 'database' as name, coalesce(datacl, acldefault('d', datdba)) as acl, datdba as owner from pg_database where datname = current_database()
  union all
  select 'schema ' || nspname, coalesce(nspacl, acldefault('n', nspowner)), nspowner from pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema'
  union all
  select case relkind when 'S' then 'sequence ' else 'table ' end || relname,
    coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner)), relowner
    from pg_class where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and relnamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
  union all
  select 'function ' || proname, coalesce(proacl, acldefault('f', proowner)), proowner
    from pg_proc where pronamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
  union all
  select 'language ' || lanname, lanacl, lanowner from pg_language where lanacl is not null
  union all
  select 'large object', lomacl, lomowner from pg_largeobject_metadata
)
select coalesce(r.rolname, 'PUBLIC') || ' ' || o.name || ' ' || a.privilege_type || case when a.is_grantable then ' WITH GRANT OPTION' else '' end
  from object o, aclexplode(o.acl) a left join pg_roles r on r.oid = a.grantee where a.grantee <> o.owner
union all
select coalesce(r.rolname, 'PUBLIC') || ' table ' || c.relname || ' ' || a.privilege_type || ' ' || string_agg(t.attname, ' ' order by t.attnum)
  from pg_attribute t join pg_class c on c.oid = t.attrelid, aclexplode(t.attacl) a left join pg_roles r on r.oid = a.grantee
  where a.grantee <> c.relowner and c.relnamespace in (select oid from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema')
  group by r.rolname, c.relname, a.privilege_type`

// migrated makes a database by the migrations alone, as an operator has it.
func migrated(t *testing.T) *pgx.Conn {
	t.Helper()
	ctx := context.Background()
	owner := testdb.New(t)
	name := "recueil_fresh_" + strings.ToLower(rand.Text()[:12])
	if _, err := owner.Owner.Exec(ctx, "create database "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { owner.Owner.Exec(ctx, "drop database "+name+" with (force)") })
	at, err := url.Parse(owner.URL(""))
	if err != nil {
		t.Fatal(err)
	}
	at.Path = "/" + name
	conn, err := pgx.Connect(ctx, at.String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(ctx) })
	if err := schema.Migrate(ctx, conn); err != nil {
		t.Fatal(err)
	}
	return conn
}

func strs(t *testing.T, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, _ := conn.Query(context.Background(), query)
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// differences compares catalogue and matrix.
func differences(catalogue []string) (extra, missing []string) {
	var planned []string
	for line := range strings.Lines(matrix) {
		if f := strings.Fields(line); len(f) > 0 {
			planned = append(planned, strings.Join(f, " "))
		}
	}
	for _, line := range catalogue {
		if !slices.Contains(planned, line) {
			extra = append(extra, line)
		}
	}
	for _, line := range planned {
		if !slices.Contains(catalogue, line) {
			missing = append(missing, line)
		}
	}
	return extra, missing
}

func TestMigratedDatabase(t *testing.T) {
	conn := migrated(t)
	for name, check := range map[string]func(*testing.T, *pgx.Conn){
		"roles may do what the matrix says": rolesMayDoWhatTheMatrixSays, "roles have no powers of their own": rolesHaveNoPowersOfTheirOwn,
		"definer functions cannot be misled": definerFunctionsCannotBeMisled,
	} {
		t.Run(name, func(t *testing.T) { check(t, conn) })
	}
	t.Run("new objects start denied", func(t *testing.T) { newObjectsStartDenied(t, conn) }) // last: it makes some
}

func rolesMayDoWhatTheMatrixSays(t *testing.T, conn *pgx.Conn) {
	extra, missing := differences(strs(t, conn, granted))
	for _, line := range extra {
		t.Errorf("granted, but not in the matrix: %s", line)
	}
	for _, line := range missing {
		t.Errorf("in the matrix, but not granted: %s", line)
	}
}

// Who may use what was just made? Nobody; and the comparison sees each later grant.
func newObjectsStartDenied(t *testing.T, conn *pgx.Conn) {
	for _, c := range []struct{ statement, shows string }{
		{"create table extra (x int)", ""},
		{"create sequence extra_numbers", ""},
		{"create function extra_function() returns int language sql as 'select 1'", ""},
		{"create view extra_view as select id from reports", ""},
		{"alter table report_grants add column extra text", ""},
		{"grant select (id) on reports to recueil_intake", "recueil_intake table reports SELECT id"},
		{"grant update (urgency) on reports to recueil_office", "recueil_office table reports UPDATE urgency status qualification assignee lease_holder lease_until version opened_at proposed_by acted_at"},
		{"grant usage on sequence extra_numbers to public", "PUBLIC sequence extra_numbers USAGE"},
		{"grant execute on function extra_function() to public", "PUBLIC function extra_function EXECUTE"},
		{"grant temporary on database " + conn.Config().Database + " to recueil_intake", "recueil_intake database TEMPORARY"},
		{"grant create on schema public to recueil_office", "recueil_office schema public CREATE"},
		{"grant insert on teams to recueil_office with grant option", "recueil_office table teams INSERT WITH GRANT OPTION"},
	} {
		before, _ := differences(strs(t, conn, granted))
		if _, err := conn.Exec(context.Background(), c.statement); err != nil {
			t.Fatal(err)
		}
		after, _ := differences(strs(t, conn, granted))
		opened := slices.DeleteFunc(after, func(line string) bool { return slices.Contains(before, line) })
		if want := strings.Fields(c.shows); strings.Join(opened, "") != strings.Join(want, " ") {
			t.Errorf("%s: opens %q, want %q", c.statement, opened, c.shows)
		}
	}
}

func rolesHaveNoPowersOfTheirOwn(t *testing.T, conn *pgx.Conn) {
	for _, line := range strs(t, conn, `select rolname from pg_roles
		where rolname in ('recueil_intake', 'recueil_office')
		and (rolsuper or rolinherit or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls or not rolcanlogin)`) {
		t.Errorf("%s has an attribute that it needs for nothing", line)
	}
	for _, line := range strs(t, conn, `select m.rolname || ' is a member of ' || g.rolname from pg_auth_members a
		join pg_roles m on m.oid = a.member join pg_roles g on g.oid = a.roleid
		where m.rolname in ('recueil_intake', 'recueil_office') or g.rolname in ('recueil_intake', 'recueil_office')`) {
		t.Error(line)
	}
	for _, line := range strs(t, conn, `select c.relname from pg_class c join pg_roles r on r.oid = c.relowner where r.rolname like 'recueil\_%' and r.rolname <> current_user`) {
		t.Errorf("%s belongs to a role that serves requests: an owner may do everything", line)
	}
}

func definerFunctionsCannotBeMisled(t *testing.T, conn *pgx.Conn) {
	rows, _ := conn.Query(context.Background(), `select proname, prosecdef, coalesce(array_to_string(proconfig, ';'), '') as config, prosrc
		from pg_proc where pronamespace = 'public'::regnamespace`)
	type function struct {
		Proname   string
		Prosecdef bool
		Config    string
		Prosrc    string
	}
	functions, err := pgx.CollectRows(rows, pgx.RowToStructByName[function])
	if err != nil {
		t.Fatal(err)
	}
	definers := 0
	for _, f := range functions {
		if !f.Prosecdef {
			continue
		}
		definers++
		// pg_temp last and by name: otherwise PostgreSQL looks there first.
		if f.Config != "search_path=pg_catalog, public, pg_temp" {
			t.Errorf("%s runs as its owner with the settings %q", f.Proname, f.Config)
		}
		for _, table := range []string{"drafts", "audit_events", "audit_head", "reports", "sessions", "staff", "servers", "teams", "memberships", "team_key_wraps", "invitations", "key_requests", "attachments", "attachment_pieces", "record_files", "record_file_pieces", "additions", "messages"} {
			for _, word := range []string{"from " + table, "into " + table, "update " + table} {
				if strings.Contains(f.Prosrc, word) {
					t.Errorf("%s names %s without its schema", f.Proname, table)
				}
			}
		}
	}
	if definers < 5 {
		t.Errorf("only %d functions run as their owner: are these all?", definers)
	}
}
