package seal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"

	"filippo.io/age"

	"recueil/internal/report"
	"recueil/internal/secret"
)

// AttachmentKind is the kind of part that a file is.
const AttachmentKind = "attachment"

// PieceSize is how many bytes of a sealed file are stored at a time.
const PieceSize = 1 << 20

// AttachmentHeader is the first line of a file that came with a report or an
// addition, its owner.
func AttachmentHeader(owner, id report.ID) PartHeader {
	return PartHeader{Case: owner, Part: id, Kind: AttachmentKind, Direction: "in", Version: 1}
}

// Sealed is what is known of a file once it is sealed: the size and the SHA-256 of
// the original, which its owner's body lists, and the size of what is stored.
type Sealed struct {
	Size   int64
	SHA256 string // in hexadecimal
	Stored int64
	Pieces int
}

// SealedSize bounds what is stored for an original of a size.
func SealedSize(size int64) int64 {
	padded := int64(padmé(int(size)+headerRoom, padFloor))
	return padded + (padded/(64<<10)+1)*16 + headerRoom
}

// headerRoom is more than the age header, or the part's own, takes.
const headerRoom = 1 << 10

// File seals a file while it comes in: header, original, and zeros up to the next
// Padmé size. Each piece is handed to put on another goroutine, two at a time, and is
// put's only until it returns: while the database takes these, the next is sealed. Of the
// original never more is held than the three. When File returns, no put is under way.
func File(h PartHeader, key secret.Key, original io.Reader, put func(number int, piece []byte) error) (Sealed, error) {
	header, err := json.Marshal(h)
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	recipient, err := age.NewScryptRecipient(PartPassphrase(key).Reveal())
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	recipient.SetWorkFactor(1)
	out := &cutter{put: put, taken: make(chan taking, putsAtOnce)}
	defer out.settle()
	w, err := age.Encrypt(out, recipient)
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	hash := sha256.New()
	if _, err := w.Write(append(header, '\n')); err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	size, err := io.CopyBuffer(struct{ io.Writer }{w}, io.TeeReader(original, hash), make([]byte, 64<<10))
	if err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	written := int64(len(header)) + 1 + size
	if _, err := io.CopyN(w, zeros{}, int64(padmé(int(written), padFloor))-written); err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	if err := w.Close(); err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	if err := out.flush(); err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	if err := out.settle(); err != nil {
		return Sealed{}, fmt.Errorf("sealing file %s: %w", h.Part, err)
	}
	return Sealed{size, hex.EncodeToString(hash.Sum(nil)), out.stored, out.number}, nil
}

// putsAtOnce is how many pieces are on their way to the database at a time: while the one
// waits for the disk, the other is read.
const putsAtOnce = 2

// A cutter cuts what is written into pieces.
type cutter struct {
	put      func(int, []byte) error
	piece    []byte   // being filled; nil after a full one
	spare    [][]byte // pieces that put has had
	underWay int      // puts
	taken    chan taking
	number   int
	stored   int64
}

// A taking is a piece that put has had, and what became of it.
type taking struct {
	piece []byte
	err   error
}

func (c *cutter) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		if c.piece == nil {
			c.begin()
		}
		n := min(len(rest), PieceSize-len(c.piece))
		c.piece = append(c.piece, rest[:n]...)
		rest = rest[n:]
		if len(c.piece) == PieceSize {
			if err := c.flush(); err != nil {
				return 0, err
			}
		}
	}
	return len(b), nil
}

func (c *cutter) begin() {
	if last := len(c.spare) - 1; last >= 0 {
		c.piece, c.spare = c.spare[last][:0], c.spare[:last]
		return
	}
	c.piece = make([]byte, 0, PieceSize)
}

func (c *cutter) flush() error {
	if c.piece == nil {
		return nil
	}
	if c.underWay == putsAtOnce {
		if err := c.await(); err != nil {
			return err
		}
	}
	number, full := c.number, c.piece
	go func() { c.taken <- taking{full, c.put(number, full)} }()
	c.underWay++
	c.number++
	c.stored += int64(len(full))
	c.piece = nil
	return nil
}

// await waits for one of the puts under way.
func (c *cutter) await() error {
	done := <-c.taken
	c.underWay--
	c.spare = append(c.spare, done.piece)
	return done.err
}

// settle waits for the puts under way.
func (c *cutter) settle() error {
	var failed error
	for c.underWay > 0 {
		if err := c.await(); failed == nil {
			failed = err
		}
	}
	return failed
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}
