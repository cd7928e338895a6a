// Package trust reads the trust file: which teams there are, the age recipients of
// their key epochs, and the offline recovery recipient.
//
// Intake and office read it from disk, never from the database. age does not
// authenticate senders, so whoever writes the database could otherwise have every
// new report sealed to a key of his own. The operator installs a new version
// together with its fingerprint; a reload keeps the old file when the new one is
// refused, or older. Each server tells which version it uses, so that one knows when
// a key that was replaced is used no more.
package trust

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"filippo.io/age"
)

// Format is the version of the file. Any other is refused.
const Format = "recueil.trust/1"

// A File is one checked version of the trust file.
type File struct {
	content     content
	fingerprint string
	recipients  map[string]age.Recipient // by their text, read once: reading one costs as much as sealing to it
}

type content struct {
	Format   string `json:"format"`
	Version  int    `json:"version"`
	Recovery string `json:"recovery"`
	Teams    []Team `json:"teams"`
}

// A Team holds keys and sees what was given to it.
type Team struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Receives bool   `json:"receives,omitempty"` // every new report is sealed to this one
	// FollowsUp marks a unit: reports are referred to it, and it keeps records of its own.
	FollowsUp bool `json:"follows_up,omitempty"`
	// ProfessionOf names the unit that a profession belongs to. Its opinions are sealed
	// to its own key, which nobody but its members ever holds.
	ProfessionOf string     `json:"profession_of,omitempty"`
	Epochs       []TeamKeys `json:"epochs"`
}

// TeamKeys is one epoch in the life of a team's key.
type TeamKeys struct {
	Epoch     int    `json:"epoch"`
	Recipient string `json:"recipient"`
}

// An Epoch is a team's key at one time.
type Epoch struct {
	TeamID    string
	Number    int
	Recipient string
	parsed    age.Recipient // nil in one that no File made
}

// AgeRecipient returns the recipient that age seals to.
func (e Epoch) AgeRecipient() (age.Recipient, error) {
	if e.parsed != nil {
		return e.parsed, nil
	}
	return parseRecipient(e.Recipient, true)
}

// New makes the first version of a trust file, for the operator's init command.
func New(recovery string, teams []Team) (*File, error) {
	raw, err := json.MarshalIndent(content{Format, 1, recovery, teams}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("writing the trust file: %w", err)
	}
	return Parse(append(raw, '\n'), false)
}

var teamID = regexp.MustCompile(`^[a-z][a-z0-9-]{1,30}$`)

// Parse checks a trust file. allowClassic lets X25519 keys pass, which a future
// quantum computer can open; without it every key must be a hybrid one.
func Parse(raw []byte, allowClassic bool) (*File, error) {
	var c content
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, fmt.Errorf("the trust file is not the JSON it should be; restore the version that was installed last: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the end of the trust file; restore the version that was installed last")
	}
	if c.Format != Format {
		return nil, fmt.Errorf("the trust file is not of the format %s; install one that this version of the program made", Format)
	}
	if c.Version < 1 {
		return nil, errors.New("the trust file has no version; number it from 1")
	}
	if _, err := parseRecipient(c.Recovery, allowClassic); err != nil {
		return nil, fmt.Errorf("the recovery recipient of the trust file: %w", err)
	}
	recipients, err := checkTeams(c.Teams, allowClassic)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(raw)
	return &File{c, hex.EncodeToString(sum[:]), recipients}, nil
}

// checkTeams returns the recipients it read on the way.
func checkTeams(teams []Team, allowClassic bool) (map[string]age.Recipient, error) {
	receiving := 0
	seen := map[string]bool{}
	recipients := map[string]age.Recipient{}
	for _, team := range teams {
		if !teamID.MatchString(team.ID) || strings.TrimSpace(team.Name) == "" {
			return nil, fmt.Errorf("a team of the trust file has no usable id or name; an id is made of a-z, 0-9 and hyphens")
		}
		if seen[team.ID] {
			return nil, fmt.Errorf("the team %s stands twice in the trust file; keep one", team.ID)
		}
		seen[team.ID] = true
		if team.Receives {
			receiving++
		}
		if err := team.checkPlace(teams); err != nil {
			return nil, err
		}
		last := 0
		for _, keys := range team.Epochs {
			if keys.Epoch <= last {
				return nil, fmt.Errorf("the epochs of the team %s do not count upwards; each stands once, in order", team.ID)
			}
			last = keys.Epoch
			recipient, err := parseRecipient(keys.Recipient, allowClassic)
			if err != nil {
				return nil, fmt.Errorf("epoch %d of the team %s: %w", keys.Epoch, team.ID, err)
			}
			recipients[keys.Recipient] = recipient
		}
		if last == 0 {
			return nil, fmt.Errorf("the team %s has no key in the trust file; give it an epoch with a recipient", team.ID)
		}
	}
	if receiving != 1 {
		return nil, fmt.Errorf("%d teams of the trust file receive new reports; mark exactly one with \"receives\": true", receiving)
	}
	return recipients, nil
}

func parseRecipient(s string, allowClassic bool) (age.Recipient, error) {
	if s == "" {
		return nil, errors.New("there is no recipient; put its age1pq1… there")
	}
	if hybrid, err := age.ParseHybridRecipient(s); err == nil {
		return hybrid, nil
	}
	classic, err := age.ParseX25519Recipient(s)
	if err != nil {
		return nil, errors.New("the recipient is no age key; it begins with age1pq1")
	}
	if !allowClassic {
		return nil, errors.New("the key is not post-quantum; make one with age-keygen -pq")
	}
	return classic, nil
}

// Encode returns the file as it is written to disk.
func (f *File) Encode() ([]byte, error) {
	raw, err := json.MarshalIndent(f.content, "", "  ")
	return append(raw, '\n'), err
}

// Fingerprint is the SHA-256 of the file in hexadecimal digits.
func (f *File) Fingerprint() string { return f.fingerprint }

// Version counts the installed files.
func (f *File) Version() int { return f.content.Version }

// Teams lists the teams.
func (f *File) Teams() []Team { return f.content.Teams }

// Receiving returns the current epoch of the team that receives every new report.
func (f *File) Receiving() Epoch {
	for _, team := range f.content.Teams {
		if team.Receives {
			return f.current(team)
		}
	}
	panic("trust: a file without a receiving team was not refused")
}

// Current returns the newest epoch of a team.
func (f *File) Current(teamID string) (Epoch, bool) {
	for _, team := range f.content.Teams {
		if team.ID == teamID {
			return f.current(team), true
		}
	}
	return Epoch{}, false
}

// Epoch returns one epoch of a team.
func (f *File) Epoch(teamID string, number int) (Epoch, bool) {
	for _, team := range f.content.Teams {
		for _, keys := range team.Epochs {
			if team.ID == teamID && keys.Epoch == number {
				return f.epoch(team, keys), true
			}
		}
	}
	return Epoch{}, false
}

// Recovery returns the offline recovery recipient.
func (f *File) Recovery() string { return f.content.Recovery }

func (f *File) current(t Team) Epoch { return f.epoch(t, t.Epochs[len(t.Epochs)-1]) }

func (f *File) epoch(t Team, keys TeamKeys) Epoch {
	return Epoch{t.ID, keys.Epoch, keys.Recipient, f.recipients[keys.Recipient]}
}
