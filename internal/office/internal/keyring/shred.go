package keyring

import (
	"fmt"
	"os"
	"path/filepath"

	"recueil/internal/secret"
)

// ShredKeys are small files outside PostgreSQL, one for each epoch of each team.
// Without it no wrap of that epoch opens, in the database or in any backup of it.
type ShredKeys struct{ dir string }

// NewShredKeys names the folder of the files.
func NewShredKeys(dir string) ShredKeys { return ShredKeys{dir} }

func (s ShredKeys) path(teamID string, epoch int) string {
	return filepath.Join(s.dir, fmt.Sprintf("%s-%d.key", teamID, epoch))
}

// Create makes the key of a new epoch. It never overwrites one.
func (s ShredKeys) Create(teamID string, epoch int) (secret.Key, error) {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return secret.Key{}, fmt.Errorf("making the folder of the shred keys: %w", err)
	}
	key := secret.New()
	f, err := os.OpenFile(s.path(teamID, epoch), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return secret.Key{}, fmt.Errorf("making the shred key of %s, epoch %d: %w", teamID, epoch, err)
	}
	defer f.Close()
	if _, err := f.Write(key.Bytes()); err != nil {
		return secret.Key{}, fmt.Errorf("writing the shred key of %s, epoch %d: %w", teamID, epoch, err)
	}
	return key, f.Sync()
}

// Load reads the key of an epoch.
func (s ShredKeys) Load(teamID string, epoch int) (secret.Key, error) {
	raw, err := os.ReadFile(s.path(teamID, epoch))
	if err != nil {
		return secret.Key{}, fmt.Errorf("the shred key of %s, epoch %d, cannot be read; restore it from its own backup into --shred-dir: %w", teamID, epoch, err)
	}
	return secret.FromBytes(raw)
}
