package keyring_test

import (
	"testing"

	"recueil/internal/office/internal/keyring"
)

func TestWhatIsBoundToATeamIsBoundToEveryField(t *testing.T) {
	team, err := keyring.NewTeam("plateau", 1)
	if err != nil {
		t.Fatal(err)
	}
	other, err := keyring.NewTeam("plateau", 1)
	if err != nil {
		t.Fatal(err)
	}
	tag := team.Bind("key", "crip-59", "age1pq1abc")
	if !team.Bound(tag[:], "key", "crip-59", "age1pq1abc") {
		t.Fatal("what was bound is not known again")
	}
	for name, wrong := range map[string]bool{
		"another purpose":  team.Bound(tag[:], "entry", "crip-59", "age1pq1abc"),
		"another field":    team.Bound(tag[:], "key", "crip-59", "age1pq1abd"),
		"another boundary": team.Bound(tag[:], "key", "crip-59a", "ge1pq1abc"),
		"a field more":     team.Bound(tag[:], "key", "crip-59", "age1pq1abc", ""),
		"another team":     other.Bound(tag[:], "key", "crip-59", "age1pq1abc"),
		"no tag":           team.Bound(nil, "key", "crip-59", "age1pq1abc"),
	} {
		if wrong {
			t.Errorf("%s passes", name)
		}
	}
}
