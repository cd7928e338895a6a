package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"recueil/internal/office"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// demoStaff is one account for most roles; the first one founds the house. The
// names are invented.
var demoStaff = []devStaff{
	{Login: "camille", Name: "Camille Renard", Role: "coordinator", Teams: []string{"plateau"}},
	{Login: "noe", Name: "Noé Valmont", Role: "agent", Teams: []string{"plateau"}},
	{Login: "ines", Name: "Inès Delorme", Role: "agent", Teams: []string{"plateau"}},
	{Login: "admin", Name: "Alix Garnier", Role: "account_administrator"},
	{Login: "audit", Name: "Maëlle Fortin", Role: "auditor"},
	{Login: "agathe", Name: "Agathe Morvan", Role: "coordinator", Teams: []string{"cellule"}},
	{Login: "sarah", Name: "Sarah Ollivier", Role: "follow_up", Teams: []string{"cellule", "travailleurs-sociaux"}},
	{Login: "malo", Name: "Malo Berthier", Role: "follow_up", Teams: []string{"cellule", "travailleurs-sociaux"}},
	{Login: "lise", Name: "Lise Fontanel", Role: "follow_up", Teams: []string{"cellule", "psychologues"}},
	{Login: "hugo", Name: "Hugo Carpentier", Role: "follow_up", Teams: []string{"cellule", "juristes"}},
}

// demoTeams are the platform, the unit, and the unit's professions.
var demoTeams = []trust.Team{
	{ID: "plateau", Name: "Plateau", Receives: true},
	{ID: "cellule", Name: "Cellule de suivi", FollowsUp: true},
	{ID: "travailleurs-sociaux", Name: "Travailleurs sociaux", ProfessionOf: "cellule"},
	{ID: "psychologues", Name: "Psychologues", ProfessionOf: "cellule"},
	{ID: "juristes", Name: "Juristes", ProfessionOf: "cellule"},
}

// demoWords are 64 short words without accents.
var demoWords = [...]string{
	"ardoise", "avoine", "bouleau", "brume", "cactus", "canot", "cerise", "chemin", "colline", "corail", "dune", "ecluse", "encrier", "etoile", "falaise", "figue",
	"flocon", "fougere", "galet", "girafe", "glacier", "grange", "herisson", "horizon", "ilot", "jardin", "jonquille", "lagune", "lanterne", "lavande", "loutre", "marelle",
	"menthe", "moulin", "muguet", "navire", "noisette", "nuage", "olivier", "oreiller", "osier", "papillon", "parasol", "peuplier", "phare", "pinceau", "prairie", "quartz",
	"ravine", "renard", "ruisseau", "sable", "saphir", "sentier", "sureau", "tambour", "tilleul", "toupie", "tournesol", "vallon", "velours", "verger", "violon", "voilier",
}

func (c *devCommand) identityFile() string { return filepath.Join(c.Dir, "plateau.identity") }

// admit lets the rest of the demo staff in, vouched for by the first; the professions
// by the recovery key, since nobody holds theirs yet. Then the first hands the unit
// over to its own coordinator: what it does is not the platform's.
func (c *devCommand) admit(ctx context.Context, ownerURL string, people []devStaff, recovery secret.Text) error {
	house, err := c.house(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	for _, person := range people[1:] {
		a := office.Admission{Pool: house.Pool, ShredDir: house.ShredDir, Trust: house.Trust, Account: person.account(),
			Sponsor: people[0].Login, Secret: secret.Text(people[0].Passphrase), Now: house.Now, Log: house.Log}
		profession := ""
		for _, team := range person.Teams {
			if isProfession(team) {
				profession = team
			} else {
				a.Teams = append(a.Teams, team)
			}
		}
		if err := office.Admit(ctx, a); err != nil {
			return fmt.Errorf("making the demo account %s: %w", person.Login, err)
		}
		if profession == "" {
			continue
		}
		_, err := office.Recovery{House: house, Key: recovery, Team: profession}.AdmitTo(ctx, person.Login, secret.Text(person.Passphrase))
		if err != nil {
			return fmt.Errorf("giving the demo account %s its profession: %w", person.Login, err)
		}
	}
	return office.Release(ctx, house.Pool, office.Parting{Login: people[0].Login, Team: "cellule", Now: time.Now()})
}

func isProfession(team string) bool {
	return slices.ContainsFunc(demoTeams, func(t trust.Team) bool { return t.ID == team && t.ProfessionOf != "" })
}

// house is the demo's, for commands on it. Whoever asked closes its pool.
func (c *devCommand) house(ctx context.Context, ownerURL string) (office.House, error) {
	log := slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: c.trustFile()}, log)
	if err != nil {
		return office.House{}, err
	}
	pool, err := ownerFlags{ownerURL}.open(ctx)
	if err != nil {
		return office.House{}, err
	}
	return office.House{Pool: pool, ShredDir: c.shredDir(), Trust: trusted, Now: time.Now, Log: log}, nil
}

// exportTeam writes the demo team's key to a file, so that one can see the standard
// age tool open what lies in the database. It goes the way of `recueil recover --out`.
func (c *devCommand) exportTeam(ctx context.Context, ownerURL string, recovery secret.Text) error {
	house, err := c.house(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	identity, err := office.Recovery{House: house, Key: recovery, Team: "plateau"}.Export(ctx)
	if err != nil {
		return err
	}
	if err := os.WriteFile(c.identityFile(), []byte(identity.Reveal()+"\n"), 0o600); err != nil {
		return fmt.Errorf("writing the demo team's key: %w", err)
	}
	return nil
}
