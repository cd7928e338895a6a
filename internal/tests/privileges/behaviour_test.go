package privileges_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/inbox"
	"recueil/internal/testing/sealtest"
	"recueil/internal/testing/testdb"
)

const (
	denied = "42501" // insufficient_privilege
	noAge  = "23514" // check_violation

	notAllowed = "RC001" // who acts may not; see the migration of accounts
	notSo      = "RC002"
)

// The catalogue says what is granted; this tries it, on rows that are there.
func TestRolesAreRefused(t *testing.T) {
	db, ctx := testdb.New(t), t.Context()
	team, _ := sealtest.Team(t, "plateau")
	if outcome, err := inbox.New(ctx, db.Intake).Accept(ctx, inbox.Delivery{Envelope: sealtest.Seal(t, sealtest.Report("bonjour"), team)}); outcome != inbox.Stored {
		t.Fatalf("%d %v", outcome, err)
	}
	const member = "0190a1b2-0000-7000-8000-000000000001"
	for _, statement := range []string{
		"insert into drafts (id, content, revision, expires_at) values (sha256('x'), decode(repeat('ab', 64), 'hex'), 1, now() + interval '1 hour')",
		"select audit_append(now(), null, 'staff.login', 'staff', 'x', null, '')",
	} {
		if _, err := db.Owner.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	const plain = "'Bonjour, je suis en clair'::bytea"
	for _, c := range []struct {
		name      string
		as        *pgxpool.Pool
		statement string
		code      string
	}{
		{"intake reads reports", db.Intake, "select id from reports", denied},
		{"intake reads the granted columns of reports", db.Intake, "select reference from reports", denied},
		{"intake counts reports", db.Intake, "select count(*) from reports", denied},
		{"intake reads what it inserts", db.Intake, "insert into submissions (report_id, tag, received_at) values (gen_random_uuid(), sha256('x'), now()) returning report_id", denied},
		{"intake looks for a conflict", db.Intake, "insert into submissions (report_id, tag, received_at) values (gen_random_uuid(), sha256('x'), now()) on conflict do nothing", ""},
		{"intake overwrites by a conflict", db.Intake, "insert into submissions (report_id, tag, received_at) values (gen_random_uuid(), sha256('x'), now()) on conflict (report_id, tag) do update set received_at = now()", denied},
		{"intake reads bodies", db.Intake, "select body from report_grants", denied},
		{"intake reads drafts", db.Intake, "select content from drafts", denied},
		{"intake makes a draft behind the function", db.Intake, "insert into drafts (id, content, revision, expires_at) values (sha256('y'), '', 1, now())", denied},
		{"intake changes a report", db.Intake, "update reports set urgency = 3", denied},
		{"intake deletes a report", db.Intake, "delete from reports", denied},
		{"intake empties a table", db.Intake, "truncate submissions", denied},
		{"intake sets a status", db.Intake, "insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, status) values (gen_random_uuid(), '00000000', sha256('x'), now(), 'web', 1, now(), 'closed')", denied},
		{"intake reads staff", db.Intake, "select login from staff", denied},
		{"intake reads sessions", db.Intake, "select id from sessions", denied},
		{"intake reads wraps", db.Intake, "select wrap from team_key_wraps", denied},
		{"intake writes the audit trail", db.Intake, "select audit_append(now(), null, 'x', 'x', 'x', null, '')", denied},
		{"intake copies to a program", db.Intake, "copy (select 1) to program 'true'", denied},
		{"intake makes a table", db.Intake, "create table mine (x int)", denied},
		{"intake makes a temporary table", db.Intake, "create temporary table mine (x int)", denied},
		{"intake becomes the owner", db.Intake, "set role recueil_owner", denied},

		{"office reads reports", db.Office, "select id from reports", ""},
		{"office forges a report", db.Office, "insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at) values (gen_random_uuid(), '00000000', sha256('x'), now(), 'web', 1, now())", denied},
		{"office forges a grant", db.Office, "insert into report_grants (report_id, team_id, epoch, body) select id, 'other', 1, body from reports join report_grants on report_id = id", denied},
		{"office swaps a body", db.Office, "update report_grants set body = body", denied},
		{"office lowers an urgency", db.Office, "update reports set urgency = 3", denied},
		{"office backdates a report", db.Office, "update reports set received_at = now()", denied},
		{"office moves a report", db.Office, "update reports set status = 'in_triage'", ""},
		{"office deletes a report", db.Office, "delete from reports", denied},
		{"office deletes what was added", db.Office, "delete from additions", denied},
		{"office reads drafts", db.Office, "select content from drafts", denied},
		{"intake reads digests", db.Intake, "select digest from reports", denied},
		{"intake shows an attestation", db.Intake, "select digest from attestation_show(gen_random_uuid())", ""},
		{"office shows an attestation", db.Office, "select digest from attestation_show(gen_random_uuid())", denied},
		{"office checks an attestation", db.Office, "select attestation_check('00000000', repeat('0', 16))", denied},
		{"office changes a digest", db.Office, "update reports set digest = sha256('x')", denied},
		{"office loads a draft", db.Office, "select content from draft_load(sha256('x'), now())", denied},
		{"office inserts into the audit trail", db.Office, "insert into audit_events (seq, at, action, object_type, object_id, detail, head) values (9, now(), 'x', 'x', 'x', '', sha256('x'))", denied},
		{"office changes the audit trail", db.Office, "update audit_events set action = 'x'", denied},
		{"office deletes the audit trail", db.Office, "delete from audit_events", denied},
		{"office turns the head back", db.Office, "update audit_head set seq = 0", denied},
		{"office admits a member", db.Office, "insert into memberships (team_id, staff_id) values ('plateau', '" + member + "')", denied},
		{"office swaps a member's key", db.Office, "update staff set recipient = 'age1pq1'", denied},
		{"office plants a wrap", db.Office, "insert into team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac) values ('plateau', 1, '" + member + "', '', sha256('x'))", denied},
		{"office says whose session it is", db.Office, "update sessions set staff_id = '" + member + "'", denied},
		{"office lengthens a session", db.Office, "update sessions set expires_at = now()", denied},
		{"office says that a factor was given", db.Office, "update sessions set proof = sha256('x')", denied},
		{"office gives a member's factors away", db.Office, "update staff_factors set staff_id = '" + member + "'", denied},
		{"office reads the trail of factors", db.Office, "select factor_digest('" + member + "')", ""},
		{"intake reads the trail of factors", db.Intake, "select factor_digest('" + member + "')", denied},
		{"intake reads factors", db.Intake, "select sealed from staff_factors", denied},
		{"intake forges a known device", db.Intake, "insert into known_devices (id, staff_id, expires_at) values (sha256('x'), '" + member + "', now())", denied},
		{"office reads the recovery wraps", db.Office, "select wrap from recovery_wraps", denied},
		{"office changes a member's binding", db.Office, "update team_key_wraps set recipient_mac = sha256('x')", denied},
		{"office reads what is remembered of epochs", db.Office, "select epoch from team_epochs", denied},
		{"office forges a rotation", db.Office, "insert into team_epochs (team_id, epoch, trust_version, prepared_at) values ('plateau', 9, 9, now())", denied},
		{"office reads the servers", db.Office, "select name from servers", denied},
		{"office says which trust file it uses", db.Office, "select server_seen(gen_random_uuid(), 'o', 1, repeat('0', 64), 0)", ""},
		{"intake says which trust file it uses", db.Intake, "select server_seen(gen_random_uuid(), 'i', 1, repeat('0', 64), 0)", ""},
		{"intake reads the servers", db.Intake, "select name from servers", denied},
		{"intake speaks for another server", db.Intake, "update servers set trust_version = 9", denied},
		{"office reads the audit trail", db.Office, "select seq from audit_events", ""},
		{"intake reads the audit trail", db.Intake, "select seq from audit_events", denied},
		{"office reads invitations", db.Office, "select login from invitations", ""},
		{"office reads what a code is compared with", db.Office, "select code_hash from invitations", denied},
		{"office plants an invitation", db.Office, "insert into invitations (id, kind, login, display_name, role, teams, code_hash, invited_by, created_at, expires_at) values (gen_random_uuid(), 'join', 'x1', 'X', 'agent', '{plateau}', sha256('x'), '" + member + "', now(), now() + interval '1 hour')", denied},
		{"office opens a used invitation again", db.Office, "update invitations set used_at = null", denied},
		{"office asks for a key behind the function", db.Office, "insert into key_requests (team_id, staff_id, asked_at) values ('plateau', '" + member + "', now())", denied},
		{"office gives a role behind the function", db.Office, "update staff set role = 'coordinator'", denied},
		{"office shuts an account behind the function", db.Office, "select account_shut('" + member + "', now())", denied},
		{"office places an account behind the function", db.Office, "select account_place('" + member + "', 'auditor', '{}', now())", denied},
		{"office invites for nobody", db.Office, "select account_invite(gen_random_uuid(), 'x1', 'X', 'auditor', '{}', sha256('x'), '" + member + "', now(), now() + interval '1 hour')", notAllowed},
		{"office resets for nobody", db.Office, "select account_reset(gen_random_uuid(), gen_random_uuid(), sha256('x'), '" + member + "', now(), now() + interval '1 hour')", notAllowed},
		{"office disables for nobody", db.Office, "select account_disable(gen_random_uuid(), '" + member + "', now())", notAllowed},
		{"office assigns for nobody", db.Office, "select account_assign(gen_random_uuid(), 'coordinator', '{}', '" + member + "', now())", notAllowed},
		{"office reinstates for nobody", db.Office, "select account_reinstate(gen_random_uuid(), 'coordinator', '{}', '" + member + "', now())", notAllowed},
		{"office admits for nobody", db.Office, "select member_admit(gen_random_uuid(), 'r', 'plateau', '" + member + "', now(), '{1}', '{x}', '{x}')", notAllowed},
		{"office refuses for nobody", db.Office, "select member_refuse(gen_random_uuid(), 'r', '" + member + "', now())", notAllowed},
		{"office accepts without a code", db.Office, "select invitation_accept('x1', sha256('x'), gen_random_uuid(), 'r', 's', now())", notSo},
		{"intake looks at a code", db.Intake, "select state from invitation_state('x1', sha256('x'), now())", denied},
		{"office makes a temporary table", db.Office, "create temporary table mine (x int)", denied},

		{"a plain report", db.Intake, "insert into report_grants (report_id, team_id, epoch, body) values (gen_random_uuid(), 'plateau', 1, " + plain + ")", noAge},
		{"a plain addition", db.Intake, "insert into additions (id, report_id, team_id, epoch, body, received_at) values (gen_random_uuid(), gen_random_uuid(), 'plateau', 1, " + plain + ", now())", noAge},
		{"a plain part", db.Office, "insert into parts (id, report_id, kind, author, body) values (gen_random_uuid(), gen_random_uuid(), 'note', '" + member + "', " + plain + ")", noAge},
		{"an empty body", db.Intake, "insert into report_grants (report_id, team_id, epoch, body) values (gen_random_uuid(), 'plateau', 1, '')", noAge},
		{"a body that says age later", db.Intake, "insert into report_grants (report_id, team_id, epoch, body) values (gen_random_uuid(), 'plateau', 1, ' age-encryption.org/v1' || chr(10)::bytea)", noAge},
		{"a plain identity", db.Owner, "insert into staff (id, login, display_name, role, recipient, sealed_identity) values ('" + member + "', 'a', 'A', 'agent', 'x', " + plain + ")", noAge},
	} {
		err := try(ctx, c.as, c.statement)
		var refused *pgconn.PgError
		if errors.As(err, &refused); c.code == "" && err != nil || c.code != "" && (refused == nil || refused.Code != c.code) {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
	}
}

// try runs a statement and undoes it.
func try(ctx context.Context, pool *pgxpool.Pool, statement string) error {
	tx, err := pool.Begin(ctx)
	if err != nil {
		return err
	}
	defer tx.Rollback(ctx)
	_, err = tx.Exec(ctx, statement)
	return err
}
