package triage

import (
	"errors"
	"slices"

	"github.com/google/uuid"
)

// A Person is a member of the staff as the tables see him.
type Person struct {
	ID   uuid.UUID
	Role Role
}

// ErrNobodyLifts says that those named could not lift the restriction again.
var ErrNobodyLifts = errors.New("one of those named must be able to lift the restriction")

// ErrReadsNot says that somebody who is named reads no reports.
var ErrReadsNot = errors.New("somebody who is named reads no reports")

// Named checks the people whom a report may be restricted to: each reads reports, and
// one of them at least can lift the restriction, so that no report is out of
// everybody's reach. Who restricts need not be among them: a report may name him.
func Named(people []Person) error {
	for _, p := range people {
		if !p.Role.May(Read) {
			return ErrReadsNot
		}
	}
	if !slices.ContainsFunc(people, func(p Person) bool { return p.Role.May(Restrict) }) {
		return ErrNobodyLifts
	}
	return nil
}
