package staff

import (
	"context"
	"fmt"
	"log/slog"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/postgres"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// Keys are the team keys one member holds, opened for one request, and his own.
type Keys struct {
	teams []keyring.Team
	own   *Session
}

// alone is what a restricted report is granted under instead of a team's id, followed
// by a member's. No team is called that.
const alone = "member:"

// Keys opens every wrap of the session's member. One of an epoch that the trust file
// does not name, or not yet, is left out; one that does not open, or holds another
// key than the file names, is reported by its epoch besides.
func (d *Desk) Keys(ctx context.Context, s *Session, log *slog.Logger) (Keys, error) {
	type wrap struct {
		TeamID string
		Epoch  int
		Wrap   []byte
	}
	rows, err := d.Pool.Query(ctx, "select team_id, epoch, wrap from team_key_wraps where staff_id = $1 order by team_id, epoch", s.ID)
	if err != nil {
		return Keys{}, fmt.Errorf("reading the keys of a member: %w", postgres.Sort(err))
	}
	wraps, err := pgx.CollectRows(rows, pgx.RowToStructByName[wrap])
	if err != nil {
		return Keys{}, fmt.Errorf("reading the keys of a member: %w", postgres.Sort(err))
	}
	keys := Keys{own: s}
	for _, w := range wraps {
		expect, named := d.Trust.File().Epoch(w.TeamID, w.Epoch)
		if !named {
			continue
		}
		team, err := d.open(w.Wrap, s, expect)
		if err != nil {
			log.Error("a team key does not open", "team", w.TeamID, "epoch", w.Epoch, "staff", s.ID, "err", err)
			continue
		}
		keys.teams = append(keys.teams, team)
	}
	return keys, nil
}

func (d *Desk) open(wrap []byte, s *Session, expect trust.Epoch) (keyring.Team, error) {
	shred, err := d.Shred.Load(expect.TeamID, expect.Number)
	if err != nil {
		return keyring.Team{}, err
	}
	return s.OpenWrap(wrap, shred, expect)
}

// OpenWrap opens one wrap of the member, against an epoch that need not be in the
// trust file in use yet.
func (s *Session) OpenWrap(wrap []byte, shred secret.Key, expect trust.Epoch) (keyring.Team, error) {
	return keyring.OpenTeam(wrap, shred, s.identity, expect)
}

// Teams lists the teams whose key the member holds. Who holds one is also a team of
// his own: what is restricted to him is granted to that.
func (k Keys) Teams() []string {
	var ids []string
	for _, t := range k.teams {
		if len(ids) == 0 || ids[len(ids)-1] != t.ID {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) > 0 && k.own != nil {
		ids = append(ids, alone+k.own.ID.String())
	}
	return ids
}

// Team returns a team's key of one epoch, and whether the member holds it.
func (k Keys) Team(teamID string, epoch int) (keyring.Team, bool) {
	for _, t := range k.teams {
		if t.ID == teamID && t.Epoch == epoch {
			return t, true
		}
	}
	return keyring.Team{}, false
}

// Identity returns what opens the bodies sealed to one epoch, and whether the
// member holds it.
func (k Keys) Identity(teamID string, epoch int) (age.Identity, bool) {
	if t, held := k.Team(teamID, epoch); held {
		return t.Identity(), true
	}
	if k.own != nil && teamID == alone+k.own.ID.String() {
		return k.own.identity.Identity(), true
	}
	return nil, false
}

// Epochs returns the keys of one team, oldest first: what a member hands on to a
// colleague he admits.
func (k Keys) Epochs(teamID string) []keyring.Team {
	var epochs []keyring.Team
	for _, t := range k.teams {
		if t.ID == teamID {
			epochs = append(epochs, t)
		}
	}
	return epochs
}

// SearchKeys returns what keys the tokens beside bodies, of every epoch that the member
// holds: the newest of each team last.
func (k Keys) SearchKeys(purpose string) (keys []secret.Key) {
	for _, t := range k.teams {
		keys = append(keys, t.SearchKey(purpose))
	}
	return keys
}
