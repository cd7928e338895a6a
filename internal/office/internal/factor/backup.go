package factor

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strings"

	"recueil/internal/secret"
)

const (
	backupCodes  = 10
	backupLength = 10 // characters of the alphabet below, five bits each
	alphabet     = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
)

// NewBackup makes ten backup codes in place of those there were. They are shown
// once; the book keeps their hashes. Fifty random bits need no slow hash, least of
// all inside a sealed book.
func (b *Book) NewBackup() []secret.Text {
	codes := make([]secret.Text, backupCodes)
	b.Backup = make([][]byte, backupCodes)
	for i := range codes {
		raw := make([]byte, backupLength)
		rand.Read(raw)
		for j := range raw {
			raw[j] = alphabet[raw[j]%32]
		}
		hash := sha256.Sum256(raw)
		codes[i], b.Backup[i] = secret.Text(string(raw[:5])+"-"+string(raw[5:])), hash[:]
	}
	return codes
}

func (b *Book) useBackup(code string) error {
	hash := sha256.Sum256([]byte(code))
	found := -1
	for i, kept := range b.Backup {
		if subtle.ConstantTimeCompare(kept, hash[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return ErrWrong
	}
	b.Backup = slices.Delete(slices.Clone(b.Backup), found, found+1)
	return nil
}

// normal reads a code as people type it: spaces and hyphens anywhere, small
// letters, O for zero, I or L for one.
func normal(typed string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case ' ', '-', '\u00a0', '\u202f', '\t':
			return -1
		case 'O':
			return '0'
		case 'I', 'L':
			return '1'
		}
		return r
	}, strings.ToUpper(strings.TrimSpace(typed)))
}
