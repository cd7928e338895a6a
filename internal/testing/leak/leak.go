// Package leak looks for a marker that was typed somewhere, in all the forms in
// which it could have been put down: as it is, in hexadecimal digits, in base64, in
// UTF-16, in capitals.
package leak

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// A Marker is the forms of one typed word.
type Marker struct{ forms [][]byte }

// Of makes a Marker of an ASCII word.
func Of(word string) Marker {
	var m Marker
	add := func(form []byte) { m.forms = append(m.forms, form) }
	for _, w := range []string{word, strings.ToLower(word), strings.ToUpper(word)} {
		add([]byte(w))
		add([]byte(hex.EncodeToString([]byte(w))))
		var little, big []byte
		for _, unit := range utf16.Encode([]rune(w)) {
			little, big = append(little, byte(unit), byte(unit>>8)), append(big, byte(unit>>8), byte(unit))
		}
		add(little)
		add(big)
		for shift := range 3 { // base64 has a form for each place the word can begin at
			encoded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), w...))
			from := []int{0, 2, 3}[shift]
			add([]byte(encoded[from : len(encoded)-len(encoded)%4-1])) // without characters that neighbours share
		}
	}
	return m
}

// In reports whether content holds the marker.
func (m Marker) In(content []byte) bool {
	for _, form := range m.forms {
		if bytes.Contains(content, form) {
			return true
		}
	}
	return false
}

// InFiles lists the files under a folder that hold the marker, or are named by it.
// A folder that is not there, or is empty, fails the test.
func (m Marker) InFiles(t testing.TB, folder string) []string {
	t.Helper()
	var found []string
	looked := 0
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if os.IsNotExist(err) && path != folder {
			return nil // the server just removed it
		}
		if err != nil {
			return err
		}
		if m.In([]byte(entry.Name())) {
			found = append(found, path+" (its name)")
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		content, err := os.ReadFile(path)
		if err == nil && m.In(content) {
			found = append(found, path)
		}
		looked++
		return nil
	})
	if err != nil || looked == 0 {
		t.Fatalf("looked at %d files of %s: %v", looked, folder, err)
	}
	return found
}

// InTables lists the tables that hold the marker, every column of every row as
// text, bytes as hexadecimal digits; what the server's views show counts too.
func (m Marker) InTables(t testing.TB, owner *pgxpool.Pool) []string {
	t.Helper()
	ctx := context.Background()
	rows, _ := owner.Query(ctx, `select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where c.relkind in ('r', 'p', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(tables) < 15 {
		t.Fatalf("%d tables: %v", len(tables), err)
	}
	var found []string
	for _, table := range append(tables, "pg_largeobject", "pg_description", "pg_prepared_statements", "pg_stats") {
		rows, err := owner.Query(ctx, "select r::text from "+table+" r")
		if err != nil {
			t.Fatal(err)
		}
		content, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatalf("reading %s: %v", table, err)
		}
		for _, row := range content {
			if m.In([]byte(row)) {
				found = append(found, table)
				break
			}
		}
	}
	return found
}
