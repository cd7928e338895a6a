package staff_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/testing/testdb"
)

// The people of a small house, as their rows stand: two coordinators of the plateau,
// of whom one holds the suivi alone, an administrator, an agent who waits for a key.
const smallHouse = `
insert into teams (id, name) values ('plateau', 'Plateau'), ('suivi', 'Suivi');
insert into teams (id, name, follows_up, profession_of) values ('cellule', 'Cellule', true, null), ('juristes', 'Juristes', false, 'cellule');
insert into staff (id, login, display_name, role, recipient, sealed_identity)
  select ('00000000-0000-0000-0000-00000000000' || n)::uuid, l, l, r, 'recipient ' || l, 'age-encryption.org/v1' || chr(10)::bytea
  from (values (1, 'admin', 'account_administrator'), (2, 'first', 'coordinator'), (3, 'second', 'coordinator'), (4, 'agent', 'agent'), (5, 'auditor', 'auditor'), (6, 'gone', 'coordinator'), (7, 'lawyer', 'follow_up'), (8, 'novice', 'follow_up')) p(n, l, r);
update staff set disabled_at = now() where login = 'gone';
insert into memberships (team_id, staff_id) select t, s.id from (values ('plateau', 'first'), ('suivi', 'first'), ('plateau', 'second'), ('juristes', 'lawyer')) m(t, l) join staff s on s.login = l;
insert into team_key_wraps (team_id, epoch, staff_id, wrap, recipient_mac)
  select t, e, s.id, 'w', sha256('m') from (values ('plateau', 1, 'first'), ('plateau', 2, 'first'), ('suivi', 1, 'first'), ('plateau', 1, 'second'), ('juristes', 1, 'lawyer'), ('cellule', 1, 'lawyer')) m(t, e, l) join staff s on s.login = l;
insert into key_requests (team_id, staff_id, asked_at) values ('plateau', '00000000-0000-0000-0000-000000000004', now()),
  ('juristes', '00000000-0000-0000-0000-000000000008', now()), ('cellule', '00000000-0000-0000-0000-000000000008', now());
insert into invitations (id, kind, staff_id, login, display_name, role, teams, code_hash, invited_by, created_at, expires_at, used_at, revoked_at)
  select gen_random_uuid(), k, null, l, l, 'agent', '{plateau}', sha256(l::bytea), '00000000-0000-0000-0000-000000000001', now() - interval '1 hour', now() + e::interval, u, r
  from (values ('join', 'open', '1 hour', null::timestamptz, null::timestamptz), ('join', 'used', '1 hour', now(), null), ('join', 'revoked', '1 hour', null, now()), ('join', 'late', '-1 minute', null, null), ('join', 'agent', '1 hour', null, null)) i(k, l, e, u, r);
`

const (
	admin, first, second = "00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002", "00000000-0000-0000-0000-000000000003"
	agent, auditor, gone = "00000000-0000-0000-0000-000000000004", "00000000-0000-0000-0000-000000000005", "00000000-0000-0000-0000-000000000006"
	lawyer, novice       = "00000000-0000-0000-0000-000000000007", "00000000-0000-0000-0000-000000000008"
)

// Whoever gets hold of the office's role may call these functions with whatever he
// likes. What they refuse does not rely on the screens before them.
func TestFunctionsRefuseWhatIsNoAct(t *testing.T) {
	db := testdb.New(t)
	if _, err := db.Owner.Exec(t.Context(), smallHouse); err != nil {
		t.Fatal(err)
	}
	admit := func(whom, recipient, team, by, epochs string) string {
		return "select member_admit('" + whom + "', '" + recipient + "', '" + team + "', '" + by + "', now(), '" + epochs + "', '{x,x}', array[sha256('m'), sha256('m')])"
	}
	one := func(whom, team, by string) string {
		return "select member_admit('" + whom + "', (select recipient from staff where id = '" + whom + "'), '" + team + "', '" + by + "', now(), '{1}', '{x}', array[sha256('m')])"
	}
	accept := func(login, code string) string {
		return "select invitation_accept('" + login + "', sha256('" + code + "'), gen_random_uuid(), 'r', 'age-encryption.org/v1' || chr(10)::bytea, now())"
	}
	invite := func(by, login, role, teams, life string) string {
		return "select account_invite(gen_random_uuid(), '" + login + "', 'X', '" + role + "', '" + teams + "', sha256('x'), '" + by + "', now(), now() + interval '" + life + "')"
	}
	for _, c := range []struct{ name, call, code string }{
		{"an invitation", invite(admin, "new", "agent", "{plateau}", "48 hours"), ""},
		{"an invitation by an agent", invite(agent, "new", "agent", "{plateau}", "1 hour"), "RC001"},
		{"an invitation by a coordinator", invite(first, "new", "agent", "{plateau}", "1 hour"), "RC001"},
		{"an invitation that lasts", invite(admin, "new", "agent", "{plateau}", "49 hours"), "23514"},
		{"an invitation of somebody there", invite(admin, "second", "agent", "{plateau}", "1 hour"), "RC004"},
		{"a second invitation", invite(admin, "open", "agent", "{plateau}", "1 hour"), "RC004"},
		{"an auditor with a team", invite(admin, "new", "auditor", "{plateau}", "1 hour"), "RC006"},
		{"a lawyer invited", invite(admin, "new", "follow_up", "{cellule,juristes}", "1 hour"), ""},
		{"a lawyer without the unit", invite(admin, "new", "follow_up", "{juristes}", "1 hour"), "RC006"},
		{"a coordinator with a profession", invite(admin, "new", "coordinator", "{cellule,juristes}", "1 hour"), "RC006"},
		{"an agent with a profession", "select account_assign('" + second + "', 'agent', '{plateau,cellule,juristes}', '" + admin + "', now())", "RC006"},
		{"an agent without a team", invite(admin, "new", "agent", "{}", "1 hour"), "RC006"},
		{"a team that is none", invite(admin, "new", "agent", "{other}", "1 hour"), "RC006"},

		{"a code taken", accept("open", "open"), ""},
		{"a code of another name", accept("open", "agent"), "RC002"},
		{"a used code", accept("used", "used"), "RC002"},
		{"a withdrawn code", accept("revoked", "revoked"), "RC002"},
		{"a late code", accept("late", "late"), "RC002"},
		{"a code for a name that is taken", accept("agent", "agent"), "RC004"},

		{"a key given", admit(agent, "recipient agent", "plateau", first, "{1,2}"), ""},
		{"a key given by an administrator", admit(agent, "recipient agent", "plateau", admin, "{1,2}"), "RC001"},
		{"a key given to oneself", admit(first, "recipient first", "plateau", first, "{1,2}"), "RC001"},
		{"a key that the giver does not hold", admit(agent, "recipient agent", "plateau", second, "{1,2}"), "RC001"},
		{"a key without its newest epoch", "select member_admit('" + agent + "', 'recipient agent', 'plateau', '" + second + "', now(), '{1}', '{x}', '{x}')", "RC005"},
		{"a key for another recipient", admit(agent, "recipient thief", "plateau", first, "{1,2}"), "RC002"},
		{"a key that nobody asked for", admit(agent, "recipient agent", "suivi", first, "{1,1}"), "RC002"},
		{"a key for who reads nothing", admit(auditor, "recipient auditor", "plateau", first, "{1,2}"), "RC002"},
		{"no key at all", "select member_admit('" + agent + "', 'recipient agent', 'plateau', '" + first + "', now(), '{}', '{}', '{}')", "RC001"},
		{"a profession's key given by a colleague", one(novice, "juristes", lawyer), ""},
		{"the unit's key given by a member", one(novice, "cellule", lawyer), "RC001"},
		{"a profession's key given by a coordinator", one(novice, "juristes", first), "RC001"},
		{"a profession's key given to oneself", one(lawyer, "juristes", lawyer), "RC001"},
		{"words of a colleague that differ", "select member_refuse('" + novice + "', 'recipient novice', '" + lawyer + "', now())", ""},
		{"words of somebody of another team", "select member_refuse('" + agent + "', 'recipient agent', '" + lawyer + "', now())", "RC002"},
		{"words that differ", "select member_refuse('" + agent + "', 'recipient agent', '" + first + "', now())", ""},
		{"words that differ, of another key", "select member_refuse('" + agent + "', 'recipient thief', '" + first + "', now())", "RC002"},
		{"words of who waits for nothing", "select member_refuse('" + second + "', 'recipient second', '" + first + "', now())", "RC002"},
		{"words that an administrator compares", "select member_refuse('" + agent + "', 'recipient agent', '" + admin + "', now())", "RC001"},

		{"a reset", "select account_reset(gen_random_uuid(), '" + agent + "', sha256('x'), '" + admin + "', now(), now() + interval '1 hour')", ""},
		{"a reset of oneself", "select account_reset(gen_random_uuid(), '" + admin + "', sha256('x'), '" + admin + "', now(), now() + interval '1 hour')", "RC001"},
		{"a reset of a disabled account", "select account_reset(gen_random_uuid(), '" + gone + "', sha256('x'), '" + admin + "', now(), now() + interval '1 hour')", "RC002"},
		{"a reset by a coordinator", "select account_reset(gen_random_uuid(), '" + agent + "', sha256('x'), '" + first + "', now(), now() + interval '1 hour')", "RC001"},

		{"an account shut", "select account_disable('" + second + "', '" + admin + "', now())", ""},
		{"one's own account shut", "select account_disable('" + admin + "', '" + admin + "', now())", "RC001"},
		{"a shut account shut", "select account_disable('" + gone + "', '" + admin + "', now())", "RC002"},
		{"the last holder shut", "select account_disable('" + first + "', '" + admin + "', now())", "RC003"},
		{"a role", "select account_assign('" + second + "', 'auditor', '{}', '" + admin + "', now())", ""},
		{"one's own role", "select account_assign('" + admin + "', 'coordinator', '{plateau}', '" + admin + "', now())", "RC001"},
		{"the last holder moved", "select account_assign('" + first + "', 'coordinator', '{plateau}', '" + admin + "', now())", "RC003"},
		{"the last holder made an agent", "select account_assign('" + first + "', 'agent', '{plateau,suivi}', '" + admin + "', now())", "RC003"},
		{"the last holder kept", "select account_assign('" + first + "', 'coordinator', '{suivi,plateau}', '" + admin + "', now())", ""},
		{"a role of a shut account", "select account_assign('" + gone + "', 'agent', '{plateau}', '" + admin + "', now())", "RC002"},
		{"a shut account opened", "select account_reinstate('" + gone + "', 'agent', '{plateau}', '" + admin + "', now())", ""},
		{"an open account opened", "select account_reinstate('" + agent + "', 'agent', '{plateau}', '" + admin + "', now())", "RC002"},
		{"an act of somebody shut", "select member_refuse('" + agent + "', 'recipient agent', '" + gone + "', now())", "RC001"},
	} {
		tx, err := db.Office.Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.Exec(t.Context(), c.call)
		if got := postgres.Code(err); got != c.code || c.code == "" && err != nil {
			t.Errorf("%s: %v, want %q", c.name, err, c.code)
		}
		if err := tx.Rollback(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// Two administrators who send one of the last two coordinators away at the same
// moment do not both succeed.
func TestTheLastTwoCoordinatorsDoNotGoTogether(t *testing.T) {
	db := testdb.New(t)
	ctx := t.Context()
	if _, err := db.Owner.Exec(ctx, smallHouse+`
		delete from team_key_wraps where team_id = 'suivi' or epoch = 2;
		update staff set role = 'account_administrator' where login = 'auditor'`); err != nil {
		t.Fatal(err)
	}
	one, err := db.Office.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer one.Rollback(context.Background())
	if _, err := one.Exec(ctx, "select account_disable($1, $2, now())", first, admin); err != nil {
		t.Fatal(err)
	}
	other := make(chan error)
	go func() {
		other <- pgx.BeginFunc(ctx, db.Office, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, "select account_disable($1, $2, now())", second, auditor)
			return err
		})
	}()
	for waiting := 0; waiting == 0; { // until the second one stands before the lock
		if err := db.Owner.QueryRow(ctx, "select count(*) from pg_locks where locktype = 'advisory' and not granted and database = (select oid from pg_database where datname = current_database())").Scan(&waiting); err != nil {
			t.Fatal(err)
		}
		select {
		case err := <-other:
			t.Fatalf("the second one did not wait: %v", err)
		default:
		}
	}
	if err := one.Commit(ctx); err != nil {
		t.Fatal(err)
	}
	if err := <-other; postgres.Code(err) != "RC003" {
		t.Errorf("the second one: %v", err)
	}
}
