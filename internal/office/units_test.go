package office_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"recueil/internal/office"
	"recueil/internal/trust"
)

// The key of a profession is in nobody's hands but its members': the founder never
// held it, a coordinator is not given it, and its members admit each other.
func TestAProfessionsKeyStaysWithItsMembers(t *testing.T) {
	h := newFoundedAs(t, []trust.Team{{ID: "plateau", Name: "Plateau", Receives: true}, {ID: "cellule", Name: "Cellule", FollowsUp: true},
		{ID: "juristes", Name: "Juristes", ProfessionOf: "cellule"}})
	held := func(login string) string {
		t.Helper()
		var teams string
		err := h.db.Owner.QueryRow(t.Context(), "select coalesce(string_agg(w.team_id, ' ' order by w.team_id), '') from team_key_wraps w join staff s on s.id = w.staff_id where s.login = $1", login).Scan(&teams)
		if err != nil {
			t.Fatal(err)
		}
		return teams
	}
	if got := held("camille"); got != "cellule plateau" {
		t.Fatalf("the founder holds %q", got)
	}
	house := office.House{Pool: h.db.Owner, ShredDir: h.founding().ShredDir, Trust: h.trusted(), Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	admit := func(login, role, sponsor string, teams ...string) error {
		return office.Admit(t.Context(), office.Admission{Pool: h.db.Owner, ShredDir: house.ShredDir, Trust: house.Trust, Teams: teams, Sponsor: sponsor, Secret: vouching,
			Account: office.Account{Login: login, Name: login, Role: role, Passphrase: vouching}, Now: time.Now, Log: house.Log})
	}
	for _, err := range []error{admit("agathe", "coordinator", "camille", "cellule"), admit("hugo", "follow_up", "camille", "cellule")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	recovery := office.Recovery{House: house, Key: h.recovery, Team: "juristes"}
	if _, err := recovery.AdmitTo(t.Context(), "agathe", vouching); err == nil || !strings.Contains(err.Error(), "follow-up member") {
		t.Errorf("a coordinator recovers a profession's key: %v", err)
	}
	if _, err := recovery.AdmitTo(t.Context(), "hugo", vouching); err != nil {
		t.Fatal(err)
	}
	if err := admit("ines", "follow_up", "hugo", "cellule"); err == nil || !strings.Contains(err.Error(), "coordinator") {
		t.Errorf("a member gives the unit's key: %v", err)
	}
	if err := admit("ines", "follow_up", "hugo", "juristes"); err != nil {
		t.Errorf("a lawyer does not admit a colleague: %v", err)
	}
	for _, p := range []struct{ login, team, says string }{
		{"camille", "cellule", ""}, {"camille", "cellule", "no member"}, {"agathe", "cellule", "no other coordinator"}, {"hugo", "juristes", ""},
	} {
		err := office.Release(t.Context(), h.db.Owner, office.Parting{Login: p.login, Team: p.team, Now: time.Now()})
		if (err == nil) != (p.says == "") || err != nil && !strings.Contains(err.Error(), p.says) {
			t.Errorf("%s leaves %s: %v, want %q", p.login, p.team, err, p.says)
		}
	}
	for login, want := range map[string]string{"camille": "plateau", "agathe": "cellule", "hugo": "cellule", "ines": "juristes"} {
		if got := held(login); got != want {
			t.Errorf("%s holds %q, want %q", login, got, want)
		}
	}
}
