package unseal_test

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"testing"

	"recueil/internal/office/internal/unseal"
	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// stored seals a file for an owner and returns what its body lists and what is stored.
func stored(t *testing.T, owner report.ID, caseKey secret.Key, content []byte) (report.Attachment, []byte) {
	t.Helper()
	id := report.NewID()
	var mu sync.Mutex
	var pieces [64][]byte // they come in no order
	sealed, err := seal.File(seal.AttachmentHeader(owner, id), seal.PartKey(caseKey, seal.AttachmentKind, id), bytes.NewReader(content),
		func(n int, piece []byte) error {
			mu.Lock()
			defer mu.Unlock()
			pieces[n] = bytes.Clone(piece)
			return nil
		})
	if err != nil {
		t.Fatal(err)
	}
	return report.Attachment{ID: id, Size: sealed.Size, SHA256: sealed.SHA256, Stored: sealed.Stored}, bytes.Join(pieces[:], nil)
}

func TestFileOpensFromAnyPlace(t *testing.T) {
	owner, key, content := report.NewID(), secret.New(), make([]byte, 3<<20)
	for i := range content {
		content[i] = byte(i * i >> 8)
	}
	listed, whole := stored(t, owner, key, content)
	opened, err := unseal.File(owner, listed, key, bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(opened)
	if err != nil || !bytes.Equal(all, content) {
		t.Fatalf("%d bytes come back as %d: %v", len(content), len(all), err)
	}
	part := make([]byte, 100_000)
	if _, err := opened.ReadAt(part, 1_234_567); err != nil || !bytes.Equal(part, content[1_234_567:1_334_567]) {
		t.Errorf("from the middle something else comes: %v", err)
	}
}

func TestFileThatIsNotWhatWasSealedIsDamaged(t *testing.T) {
	owner, key := report.NewID(), secret.New()
	content := bytes.Repeat([]byte("octets "), 200_000)
	listed, whole := stored(t, owner, key, content)
	another, foreign := stored(t, report.NewID(), key, content)
	longer := listed
	longer.Size = int64(len(whole))
	for name, c := range map[string]struct {
		listed report.Attachment
		stored []byte
	}{
		"cut at the end":         {listed, whole[:len(whole)-1]},
		"without its last piece": {listed, whole[:seal.PieceSize]},
		"nothing":                {listed, nil},
		"longer":                 {listed, append(bytes.Clone(whole), 0)},
		"another report's":       {report.Attachment{ID: another.ID, Size: another.Size}, foreign},
		"swapped with a sibling": {listed, foreign},
		"a size that is not":     {longer, whole},
	} {
		if opened, err := unseal.File(owner, c.listed, key, bytes.NewReader(c.stored), int64(len(c.stored))); !errors.Is(err, unseal.ErrDamaged) || opened != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	changed := bytes.Clone(whole)
	changed[700_000] ^= 1
	opened, err := unseal.File(owner, listed, key, bytes.NewReader(changed), int64(len(changed)))
	if err != nil {
		t.Fatalf("a change in the middle is seen when it is met, not before: %v", err)
	}
	if all, err := io.ReadAll(opened); err == nil {
		t.Errorf("a changed byte passes: %d bytes come", len(all))
	}
}
