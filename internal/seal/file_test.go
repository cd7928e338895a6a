package seal_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"
	"pgregory.net/rapid"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// sealFile seals content and returns what is stored, piece by piece.
func sealFile(t rapid.TB, h seal.PartHeader, key secret.Key, content []byte) (seal.Sealed, [][]byte) {
	var mu sync.Mutex
	taken := map[int][]byte{}
	sealed, err := seal.File(h, key, bytes.NewReader(content), func(number int, piece []byte) error {
		mu.Lock()
		defer mu.Unlock()
		if taken[number] != nil {
			return fmt.Errorf("piece %d comes twice", number)
		}
		taken[number] = bytes.Clone(piece)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var pieces [][]byte
	for number := range len(taken) {
		pieces = append(pieces, taken[number])
	}
	return sealed, pieces
}

func TestFileIsOneAgeFileInPieces(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.OneOf(rapid.IntRange(0, 70_000), rapid.IntRange(seal.PieceSize-2000, seal.PieceSize+2000), rapid.Just(3*seal.PieceSize)).Draw(t, "size")
		content := bytes.Repeat([]byte{rapid.Byte().Draw(t, "byte")}, size)
		key, owner, id := secret.New(), report.NewID(), report.NewID()
		sealed, pieces := sealFile(t, seal.AttachmentHeader(owner, id), key, content)
		whole := bytes.Join(pieces, nil)
		hash := sha256.Sum256(content)
		if sealed.Size != int64(size) || sealed.SHA256 != hex.EncodeToString(hash[:]) || sealed.Stored != int64(len(whole)) || sealed.Pieces != len(pieces) {
			t.Fatalf("%d bytes are told as %+v, stored as %d in %d pieces", size, sealed, len(whole), len(pieces))
		}
		if sealed.Stored > seal.SealedSize(int64(size)) {
			t.Fatalf("%d bytes take %d, more than the %d set aside", size, sealed.Stored, seal.SealedSize(int64(size)))
		}
		for i, piece := range pieces {
			if len(piece) > seal.PieceSize || i < len(pieces)-1 && len(piece) != seal.PieceSize {
				t.Fatalf("piece %d of %d has %d bytes", i, len(pieces), len(piece))
			}
		}
		identity, err := age.NewScryptIdentity(seal.PartPassphrase(key).Reveal())
		if err != nil {
			t.Fatal(err)
		}
		identity.SetMaxWorkFactor(1)
		plain, err := age.Decrypt(bytes.NewReader(whole), identity)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := io.ReadAll(plain)
		if err != nil {
			t.Fatal(err)
		}
		_, rest, found := bytes.Cut(opened, []byte("\n"))
		if !found || !bytes.HasPrefix(rest, content) || len(bytes.Trim(rest[size:], "\x00")) > 0 {
			t.Fatal("after the header comes something else than the file and zeros")
		}
	})
}

func TestFilesOfNearlyTheSameSizeLookAlike(t *testing.T) {
	stored := map[int64]bool{}
	for size := 900_000; size < 910_000; size += 500 {
		sealed, _ := sealFile(t, seal.AttachmentHeader(report.NewID(), report.NewID()), secret.New(), make([]byte, size))
		stored[sealed.Stored] = true
	}
	if len(stored) > 2 {
		t.Errorf("twenty sizes are stored in %d sizes", len(stored))
	}
}

func TestFileThatBreaksOffIsAnError(t *testing.T) {
	broken := errors.New("the line went dead")
	from := io.MultiReader(bytes.NewReader(make([]byte, 100_000)), failing{broken})
	if _, err := seal.File(seal.AttachmentHeader(report.NewID(), report.NewID()), secret.New(), from, func(int, []byte) error { return nil }); !errors.Is(err, broken) {
		t.Errorf("a file that broke off: %v", err)
	}
	if _, err := seal.File(seal.AttachmentHeader(report.NewID(), report.NewID()), secret.New(), bytes.NewReader(make([]byte, 2<<20)), func(int, []byte) error { return broken }); !errors.Is(err, broken) {
		t.Errorf("a piece that is not taken: %v", err)
	}
}

// While the database takes two pieces, the next is sealed: otherwise one waits for the
// other. More than two are not taken at a time, and none that put has is written over.
func TestTheNextPieceIsSealedMeanwhile(t *testing.T) {
	ahead := make(chan struct{})
	from := io.MultiReader(bytes.NewReader(make([]byte, 2*seal.PieceSize+seal.PieceSize/2)), told{ahead}, bytes.NewReader(make([]byte, 6*seal.PieceSize)))
	var under, most atomic.Int32
	_, err := seal.File(seal.AttachmentHeader(report.NewID(), report.NewID()), secret.New(), from, func(number int, piece []byte) error {
		if most.Store(max(most.Load(), under.Add(1))); most.Load() > 2 {
			t.Errorf("three pieces are under way at piece %d", number)
		}
		defer under.Add(-1)
		before := bytes.Clone(piece)
		select {
		case <-ahead:
			time.Sleep(5 * time.Millisecond)
		case <-time.After(10 * time.Second):
			return errors.New("nothing was read meanwhile")
		}
		if !bytes.Equal(before, piece) {
			t.Errorf("piece %d was written over", number)
		}
		return nil
	})
	if err != nil || most.Load() != 2 {
		t.Errorf("%d at a time: %v", most.Load(), err)
	}
}

// What was not whole is removed afterwards: a piece still under way would come too late.
func TestNoPieceIsUnderWayAfterAnError(t *testing.T) {
	broken, begun, over := errors.New("the line went dead"), make(chan struct{}), false
	from := io.MultiReader(bytes.NewReader(make([]byte, seal.PieceSize+1)), waiting{begun}, failing{broken})
	_, err := seal.File(seal.AttachmentHeader(report.NewID(), report.NewID()), secret.New(), from, func(int, []byte) error {
		close(begun)
		time.Sleep(20 * time.Millisecond)
		over = true
		return nil
	})
	if !errors.Is(err, broken) || !over {
		t.Errorf("it returned while a piece was under way: %v", err)
	}
}

// told closes a channel when a reader comes to it; waiting waits for one.
type told struct{ reached chan struct{} }

func (r told) Read([]byte) (int, error) { close(r.reached); return 0, io.EOF }

type waiting struct{ on chan struct{} }

func (r waiting) Read([]byte) (int, error) { <-r.on; return 0, io.EOF }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
