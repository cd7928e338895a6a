package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math"
	"strings"
	"time"

	"recueil/internal/office"
	"recueil/internal/secret"
	"recueil/internal/trust"
)

// enrol makes the second factor of the demo staff, as each would at his first
// log-in. What his authenticator app would hold goes into dev.json.
func (c *devCommand) enrol(ctx context.Context, ownerURL string, people []devStaff) error {
	log := slog.New(slog.DiscardHandler)
	trusted, err := trust.NewSource(trust.Options{Path: c.trustFile()}, log)
	if err != nil {
		return err
	}
	pool, err := ownerFlags{ownerURL}.open(ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	house := office.House{Pool: pool, ShredDir: c.shredDir(), Trust: trusted, Now: time.Now, Log: log}
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
