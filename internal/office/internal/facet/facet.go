// Package facet makes the keyed tokens that stand in clear beside a sealed report, so
// that the database can look for what only its members read.
//
// A token is an HMAC under a key that the team's identity yields. One that reports have in
// common is cut so short that several values share it: it says where to look, and opening
// decides. Without the key nobody makes one, or knows what one stands for; who holds a
// dump sees which reports may have something in common.
package facet

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"recueil/internal/report"
	"recueil/internal/secret"
)

const (
	// Unknown stands beside a body that nobody has opened yet.
	Unknown int16 = -1
	// NoText is the likeness of a report that tells nothing in words.
	NoText int16 = -2

	departments = 64   // classes for some 110 départements
	likenesses  = 4096 // classes of texts
	mostWords   = 400  // of a text count
	fewWords    = 3    // a text of fewer is like any other
)

// Tokens are those of one report under one key.
type Tokens struct{ Department, DepartmentTag, Likeness int16 }

// Of makes the tokens of an opened report.
func Of(key secret.Key, r *report.Report) Tokens {
	return Tokens{Department(key, r.Place.Department), DepartmentTag(key, r.ID, r.Place.Department), likeness(key, told(r))}
}

// Department is the token of a département's code; what was left out has one too.
func Department(key secret.Key, code string) int16 {
	return int16(number(key, "department", code) % departments)
}

// DepartmentTag is a second token of a département's code, another one for each report: of
// those that share the first, all but one in 65536 are told apart without being opened, and
// a dump says nothing by it.
func DepartmentTag(key secret.Key, id report.ID, code string) int16 {
	return int16(number(key, "department of a report", id.String()+" "+code))
}

// Address is what stands for a département in an address: longer, so that it names one
// only, and of no use to who holds the database.
func Address(key secret.Key, code string) uint64 {
	return number(key, "department in an address", code)
}

// told is everything that was told in words.
func told(r *report.Report) string {
	a := &r.Answers
	return strings.Join([]string{a.Short.Where, a.Short.Who, a.Short.Story, a.Situation.Story, a.Situation.Facts, a.Situation.ChildWords}, " ")
}

// likeness is the least of the keyed hashes of every two words that follow each other.
// Two texts share it with the probability that two such pairs are common to both, out
// of all: what is sent again with another name in it still does.
func likeness(key secret.Key, text string) int16 {
	words := strings.FieldsFunc(strings.ToLower(norm.NFD.String(text)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.Is(unicode.Mn, r) })
	if len(words) < fewWords {
		return NoText
	}
	words = words[:min(len(words), mostWords)]
	least := uint64(math.MaxUint64)
	for i := range words[1:] {
		least = min(least, number(key, "likeness", words[i]+" "+words[i+1]))
	}
	return int16(least % likenesses)
}

func number(key secret.Key, kind, value string) uint64 {
	mac := hmac.New(sha256.New, key.Bytes())
	mac.Write([]byte(kind + "\x00" + value))
	return binary.BigEndian.Uint64(mac.Sum(nil))
}
