package office

import (
	"context"
	"errors"
	"fmt"
	"time"

	"filippo.io/age"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"recueil/internal/office/internal/audit"
	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/office/internal/triage"
	"recueil/internal/postgres"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// An Account is a person to be let in.
type Account struct {
	Login      string
	Name       string // as colleagues see it
	Role       string
	Passphrase secret.Text
}

func (a Account) new() staff.NewAccount {
	return staff.NewAccount{Login: a.Login, DisplayName: a.Name, Role: triage.Role(a.Role), Passphrase: a.Passphrase}
}

// A Founding is the first act of a house: teams with their first keys, and one
// coordinator who holds them and admits everybody else. The key of a profession he does
// not hold: its first member gets it with the recovery key ([Recovery.AdmitTo]).
type Founding struct {
	Pool     *pgxpool.Pool // as recueil_owner
	ShredDir string
	Teams    []trust.Team // ids and names; their keys are made here
	First    Account
	Now      time.Time
	// Install writes the trust file. It is called before anything is kept: when it
	// fails, nothing was founded.
	Install func(*trust.File) error
}

// ErrFounded says that the database already has teams.
var ErrFounded = errors.New("the house is already founded; its keys are never made twice")

// Found makes the keys of every team, wraps them to the first coordinator, all but a
// profession's, and to a new recovery key, and returns that key: the one time anybody sees it.
func Found(ctx context.Context, f Founding) (recovery secret.Text, err error) {
	offline, err := age.GenerateHybridIdentity()
	if err != nil {
		return "", fmt.Errorf("making the recovery key: %w", err)
	}
	if f.First.Role != string(triage.Coordinator) {
		return "", errors.New("the first member must be a coordinator; nobody else can admit colleagues")
	}
	if err := f.First.new().Check(); err != nil {
		return "", err
	}
	err = pgx.BeginFunc(ctx, f.Pool, func(tx pgx.Tx) error {
		var founded bool
		if err := tx.QueryRow(ctx, "select exists (select from teams)").Scan(&founded); err != nil {
			return fmt.Errorf("founding: %w", postgres.Sort(err))
		}
		if founded {
			return ErrFounded
		}
		made, err := f.in(ctx, tx, offline.Recipient().String())
		if err != nil { // nothing of it is kept, or it could not be tried again
			for _, key := range made {
				err = errors.Join(err, keyring.NewShredKeys(f.ShredDir).Destroy(key.ID, key.Epoch))
			}
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return secret.Text(offline.String()), nil
}

// in founds in a transaction. It returns the keys whose shred keys it made, also when
// it fails.
func (f *Founding) in(ctx context.Context, tx pgx.Tx, recovery string) (keys []keyring.Team, err error) {
	shreds := keyring.NewShredKeys(f.ShredDir)
	teams := make([]trust.Team, len(f.Teams))
	for i, team := range f.Teams {
		key, err := f.team(ctx, tx, shreds, team, recovery)
		if key.Epoch > 0 {
			keys = append(keys, key)
		}
		if err != nil {
			return keys, err
		}
		team.Epochs = []trust.TeamKeys{{Epoch: key.Epoch, Recipient: key.Recipient()}}
		teams[i] = team
	}
	file, err := trust.New(recovery, teams)
	if err != nil {
		return keys, err
	}
	id, identity, err := staff.CreateAccount(ctx, tx, f.First.new(), f.Now)
	if err != nil {
		return keys, err
	}
	for i, key := range keys {
		if teams[i].ProfessionOf != "" {
			continue
		}
		err := staff.Admit(ctx, tx, staff.Admission{Staff: id, Recipient: identity.Recipient(), Epochs: []keyring.Team{key}, Shred: shreds, At: f.Now})
		if err != nil {
			return keys, err
		}
	}
	if err := audit.AppendIn(ctx, tx, audit.Event{At: f.Now, Action: "house.founded", Object: "staff", ID: id.String()}); err != nil {
		return keys, err
	}
	return keys, f.Install(file)
}

const firstEpoch = 1

func (f *Founding) team(ctx context.Context, tx pgx.Tx, shreds keyring.ShredKeys, team trust.Team, recovery string) (keyring.Team, error) {
	_, err := tx.Exec(ctx, "insert into teams (id, name, follows_up, profession_of) values ($1, $2, $3, nullif($4, ''))",
		team.ID, team.Name, team.FollowsUp, team.ProfessionOf)
	if err != nil {
		return keyring.Team{}, fmt.Errorf("founding the team %s: %w", team.ID, postgres.Sort(err))
	}
	begun, err := beginEpoch(ctx, tx, shreds, epochPlan{Team: team.ID, Number: firstEpoch, TrustVersion: 1, Recovery: recovery, At: f.Now})
	return begun.key, err
}
