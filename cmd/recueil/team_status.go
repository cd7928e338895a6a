package main

import (
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"recueil/internal/office"
)

type teamStatus struct{ houseFlags }

// Run opens no key and changes nothing.
func (c *teamStatus) Run(t *terminal) error {
	house, err := c.house(t)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	status, err := office.ReadStatus(t.ctx, house)
	if err != nil {
		return err
	}
	file := house.Trust.File()
	fmt.Fprintf(t.out, "Trust file version %d, fingerprint %s\n", file.Version(), file.Fingerprint())
	table := tabwriter.NewWriter(t.out, 0, 4, 2, ' ', 0)
	for _, team := range status.Teams {
		fmt.Fprintf(table, "\nTEAM %s, %s\n", team.ID, team.Name)
		for _, e := range team.Epochs {
			fmt.Fprintf(table, "  epoch %d\t%s\t%d reports\t%d additions\t%d records\t%d calls\t%d referrals\t%d views\n", e.Number, e.State, e.Sealed.Reports, e.Sealed.Additions, e.Sealed.Records, e.Sealed.Calls, e.Sealed.Referrals, e.Sealed.Views)
		}
		fmt.Fprintf(table, "  holders\t%s\n", strings.Join(team.Members, ", "))
		if team.Unsettled == "" {
			fmt.Fprintln(table, "  rotation\tcomplete")
		} else {
			fmt.Fprintf(table, "  rotation\tNOT COMPLETE: %s\n", team.Unsettled)
		}
	}
	fmt.Fprintln(table, "\nSERVERS of the last ten minutes")
	for _, s := range status.Servers {
		same := "this file"
		if s.TrustFingerprint != file.Fingerprint() {
			same = "ANOTHER FILE"
		}
		fmt.Fprintf(table, "  %s %s\tversion %d\t%s\t%d waiting\tseen %s ago\n", s.Kind, s.Name, s.TrustVersion, same, s.Waiting,
			house.Now().Sub(s.SeenAt).Round(time.Second))
	}
	return table.Flush()
}
