package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"recueil/internal/office"
	"recueil/internal/secret"
)

// enrol makes the second factor of the demo staff, as each would at his first
// log-in. What his authenticator app would hold goes into dev.json.
func (c *devCommand) enrol(ctx context.Context, ownerURL string, people []devStaff) error {
	house, err := c.house(ctx, ownerURL)
	if err != nil {
		return err
	}
	defer house.Pool.Close()
	for i := range people {
		proof, err := house.Enrol(ctx, people[i].Login, secret.Text(people[i].Passphrase))
		if err != nil {
			return fmt.Errorf("making the second factor of the demo account %s: %w", people[i].Login, err)
		}
		people[i].TOTP = strings.ReplaceAll(proof.App.Reveal(), " ", "")
		for _, code := range proof.Backup {
			people[i].BackupCodes = append(people[i].BackupCodes, code.Reveal())
		}
	}
	return nil
}

// printCodes shows what the authenticator apps of the demo staff would show now.
func printCodes(out io.Writer, people []devStaff, now time.Time) {
	fmt.Fprint(out, "\n  Second step")
	for _, person := range people {
		code, left, err := office.CodeNow(secret.Text(person.TOTP), now)
		if err != nil || person.TOTP == "" {
			continue // of a folder older than the second step: it is made at the log-in
		}
		fmt.Fprintf(out, "\n    %-10s %s, for %.0f s", person.Login, code, math.Ceil(left.Seconds()))
	}
	fmt.Fprintln(out)
}

// lines tells of each line that is typed, until there are no more.
func lines(in io.Reader) <-chan struct{} {
	typed := make(chan struct{})
	go func() {
		defer close(typed)
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			typed <- struct{}{}
		}
	}()
	return typed
}
