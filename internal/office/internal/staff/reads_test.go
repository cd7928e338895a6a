package staff_test

import (
	"testing"

	"recueil/internal/office/internal/triage"
	"recueil/internal/testing/testdb"
)

// The database says once more which roles read, so that none of its functions leaves
// a key with a role that does not.
func TestTheDatabaseAgreesWhichRolesRead(t *testing.T) {
	db := testdb.New(t)
	for _, role := range append(triage.Roles(), "chef") {
		var reads bool
		if err := db.Owner.QueryRow(t.Context(), "select role_reads($1)", role).Scan(&reads); err != nil {
			t.Fatal(err)
		}
		if reads != role.May(triage.Read) {
			t.Errorf("%s reads: %v in the database, %v in the table of permissions", role, reads, !reads)
		}
	}
}
