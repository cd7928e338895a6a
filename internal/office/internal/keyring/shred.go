package keyring

import (
	"errors"
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
	_, err = f.Write(key.Bytes())
	// The name must outlive a power cut, too: what is sealed to this epoch hangs on it.
	if err = errors.Join(err, f.Sync(), f.Close(), syncFolder(s.dir)); err != nil {
		return secret.Key{}, fmt.Errorf("writing the shred key of %s, epoch %d: %w", teamID, epoch, err)
	}
	return key, nil
}

// Destroy overwrites the key of an epoch and removes its file. From then on no wrap
// of the epoch opens, whatever backup it comes from, unless the file was copied too.
// A key that is gone already is no error.
func (s ShredKeys) Destroy(teamID string, epoch int) error {
	path := s.path(teamID, epoch)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("destroying the shred key of %s, epoch %d: %w", teamID, epoch, err)
	}
	noise := secret.New()
	_, err = f.Write(noise.Bytes())
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("overwriting the shred key of %s, epoch %d: %w", teamID, epoch, err)
	}
	if err := errors.Join(os.Remove(path), syncFolder(s.dir)); err != nil {
		return fmt.Errorf("removing the shred key of %s, epoch %d: %w", teamID, epoch, err)
	}
	return nil
}

// Has reports whether the key of an epoch is there.
func (s ShredKeys) Has(teamID string, epoch int) bool {
	_, err := os.Stat(s.path(teamID, epoch))
	return err == nil
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// Load reads the key of an epoch.
func (s ShredKeys) Load(teamID string, epoch int) (secret.Key, error) {
	raw, err := os.ReadFile(s.path(teamID, epoch))
	if err != nil {
		return secret.Key{}, fmt.Errorf("the shred key of %s, epoch %d, cannot be read; restore it from its own backup into --shred-dir: %w", teamID, epoch, err)
	}
	return secret.FromBytes(raw)
}
