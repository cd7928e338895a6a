package office

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"recueil/internal/postgres"
	"recueil/internal/trust"
)

// A Server is an intake or an office that spoke within the last ten minutes.
type Server struct {
	Kind             string // "intake", "office"
	Name             string
	TrustVersion     int
	TrustFingerprint string
	Waiting          int // sealed reports in its spool
	UsingSince       time.Time
	SeenAt           time.Time
}

// Sealed counts what is sealed to one epoch. Records are those of a follow-up unit, and
// the opinions of a profession; calls are unfinished, or were given up a moment ago;
// views are those of the queue whose names are sealed.
type Sealed struct{ Reports, Additions, Records, Calls, Referrals, Views int }

// String lists them for an operator.
func (s Sealed) String() string {
	return fmt.Sprintf("%d reports, %d additions, %d records, %d unfinished calls, %d referrals, %d names of views", s.Reports, s.Additions, s.Records, s.Calls, s.Referrals, s.Views)
}

// None reports whether nothing is.
func (s Sealed) None() bool { return s == Sealed{} }

// States of an epoch.
const (
	Current   = "current"   // what the trust file seals to
	Retired   = "retired"   // opens old reports
	Prepared  = "prepared"  // made, and not in the trust file yet
	Discarded = "discarded" // made, and never installed
	Destroyed = "destroyed" // its shred key is gone, and with it what was sealed to it
)

// An EpochStatus is one key in the life of a team.
type EpochStatus struct {
	Number int
	State  string
	Sealed Sealed
}

// A TeamStatus says how far a team's rotation is.
type TeamStatus struct {
	ID, Name  string
	Epochs    []EpochStatus
	Members   []string // log-in names of who holds the current key
	Unsettled string   // why the rotation to the current epoch is not complete; "" when it is
}

// A Status is all there is to know of keys without opening any.
type Status struct {
	Teams   []TeamStatus
	Servers []Server
}

// ReadStatus says how the trust file at hand, the database and the servers agree.
func ReadStatus(ctx context.Context, h House) (Status, error) {
	servers, err := readServers(ctx, h.Pool)
	if err != nil {
		return Status{}, err
	}
	status := Status{Servers: servers}
	for _, team := range h.Trust.File().Teams() {
		t, err := h.teamStatus(ctx, team, servers)
		if err != nil {
			return Status{}, err
		}
		status.Teams = append(status.Teams, t)
	}
	return status, nil
}

func (h House) teamStatus(ctx context.Context, team trust.Team, servers []Server) (TeamStatus, error) {
	t := TeamStatus{ID: team.ID, Name: team.Name}
	current, _ := h.Trust.File().Current(team.ID)
	epochs, err := h.epochs(ctx, team)
	if err != nil {
		return t, err
	}
	named := 1 // the version that first named the current epoch
	for _, e := range epochs {
		s := EpochStatus{Number: e.Epoch, State: Retired}
		switch {
		case e.Shredded:
			s.State = Destroyed
		case e.Discarded:
			s.State = Discarded
		case e.Epoch == current.Number:
			s.State, named = Current, e.TrustVersion
		case e.Epoch > current.Number:
			s.State = Prepared
			t.Unsettled = fmt.Sprintf("epoch %d is prepared: install version %d of the trust file", e.Epoch, e.TrustVersion)
		}
		if s.Sealed, err = sealedTo(ctx, h.Pool, team.ID, e.Epoch); err != nil {
			return t, err
		}
		t.Epochs = append(t.Epochs, s)
	}
	if t.Unsettled == "" {
		t.Unsettled = h.unsettled(named, servers)
	}
	t.Members, err = h.holders(ctx, current)
	return t, err
}

// A remembered epoch is what the database says of it.
type remembered struct {
	Epoch        int
	TrustVersion int
	Discarded    bool
	Shredded     bool
}

// epochs lists those the database remembers and those the trust file names.
func (h House) epochs(ctx context.Context, team trust.Team) ([]remembered, error) {
	rows, err := h.Pool.Query(ctx, `select epoch, trust_version, discarded_at is not null as discarded, shredded_at is not null as shredded
		from team_epochs where team_id = $1`, team.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the epochs of %s: %w", team.ID, postgres.Sort(err))
	}
	epochs, err := pgx.CollectRows(rows, pgx.RowToStructByName[remembered])
	if err != nil {
		return nil, fmt.Errorf("reading the epochs of %s: %w", team.ID, postgres.Sort(err))
	}
	for _, keys := range team.Epochs {
		if !slices.ContainsFunc(epochs, func(e remembered) bool { return e.Epoch == keys.Epoch }) {
			epochs = append(epochs, remembered{Epoch: keys.Epoch, TrustVersion: h.Trust.File().Version()})
		}
	}
	slices.SortFunc(epochs, func(a, b remembered) int { return a.Epoch - b.Epoch })
	return epochs, nil
}

func (h House) holders(ctx context.Context, current trust.Epoch) ([]string, error) {
	rows, err := h.Pool.Query(ctx, `select s.login from team_key_wraps w join staff s on s.id = w.staff_id
		where w.team_id = $1 and w.epoch = $2 and s.disabled_at is null order by s.login`, current.TeamID, current.Number)
	if err != nil {
		return nil, fmt.Errorf("listing who holds the key of %s: %w", current.TeamID, postgres.Sort(err))
	}
	logins, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fmt.Errorf("listing who holds the key of %s: %w", current.TeamID, postgres.Sort(err))
	}
	return logins, nil
}

// unsettled says which server may still seal to an epoch before the one that this
// version of the trust file began, or "".
func (h House) unsettled(version int, servers []Server) string {
	file, intakes := h.Trust.File(), 0
	for _, s := range servers {
		if s.Kind == "intake" {
			intakes++
		}
		switch {
		case s.TrustVersion < version:
			return fmt.Sprintf("%s %s uses version %d of the trust file", s.Kind, s.Name, s.TrustVersion)
		case s.TrustVersion == file.Version() && s.TrustFingerprint != file.Fingerprint():
			return fmt.Sprintf("%s %s uses another file that calls itself version %d; stop it and look at its machine", s.Kind, s.Name, s.TrustVersion)
		case s.Waiting > 0:
			return fmt.Sprintf("%s %s has %d reports in its spool", s.Kind, s.Name, s.Waiting)
		}
	}
	if intakes == 0 {
		return "no intake was seen in the last ten minutes"
	}
	return ""
}

func readServers(ctx context.Context, q querier) ([]Server, error) {
	rows, err := q.Query(ctx, `select kind, name, trust_version, trust_fingerprint, waiting, using_since, seen_at from servers
		where seen_at > now() - interval '10 minutes' order by kind, name`)
	if err != nil {
		return nil, fmt.Errorf("reading the servers: %w", postgres.Sort(err))
	}
	servers, err := pgx.CollectRows(rows, pgx.RowToStructByName[Server])
	if err != nil {
		return nil, fmt.Errorf("reading the servers: %w", postgres.Sort(err))
	}
	return servers, nil
}

func sealedTo(ctx context.Context, q querier, team string, epoch int) (Sealed, error) {
	var s Sealed
	err := q.QueryRow(ctx, `select (select count(*)::int from report_grants where team_id = $1 and epoch = $2),
		(select count(*)::int from additions where team_id = $1 and epoch = $2),
		(select count(*)::int from records where team_id = $1 and epoch = $2) + (select count(*)::int from record_opinions where team_id = $1 and epoch = $2),
		(select count(*)::int from calls where team_id = $1 and epoch = $2 and sent_at is null),
		(select count(*)::int from queue_views where team_id = $1 and epoch = $2)`,
		team, epoch).Scan(&s.Reports, &s.Additions, &s.Records, &s.Calls, &s.Views)
	if err == nil {
		s.Referrals, err = countHeld(ctx, q, team, epoch)
	}
	if err != nil {
		return s, fmt.Errorf("counting what is sealed to epoch %d of %s: %w", epoch, team, postgres.Sort(err))
	}
	return s, nil
}
