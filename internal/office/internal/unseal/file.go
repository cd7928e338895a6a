package unseal

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"filippo.io/age"

	"recueil/internal/report"
	"recueil/internal/seal"
	"recueil/internal/secret"
)

// File opens a file that came with a report: from says what is stored, in one run of
// bytes, stored is how many those are. What is read from the result was authenticated
// chunk by chunk; that it is the whole original, byte for byte, is known when its
// SHA-256 was compared with the one that the owner's body lists. A file that is
// another's, shorter or longer, is ErrDamaged at once, and one whose middle was changed
// when that is met. An error of reading from stays what it is.
func File(owner report.ID, listed report.Attachment, caseKey secret.Key, from io.ReaderAt, stored int64) (*io.SectionReader, error) {
	return FileUnder(owner, listed, seal.PartKey(caseKey, seal.AttachmentKind, listed.ID), from, stored)
}

// FileUnder is File for who was given the key of that one file.
func FileUnder(owner report.ID, listed report.Attachment, key secret.Key, from io.ReaderAt, stored int64) (*io.SectionReader, error) {
	expected := seal.AttachmentHeader(owner, listed.ID)
	identity, err := age.NewScryptIdentity(seal.PartPassphrase(key).Reveal())
	if err != nil {
		return nil, fmt.Errorf("opening file %s: %w", listed.ID, err)
	}
	identity.SetMaxWorkFactor(1) // as for every part
	opened, size, err := age.DecryptReaderAt(source{from}, stored, identity)
	if err != nil {
		return nil, fmt.Errorf("opening file %s: %w", listed.ID, judge(err))
	}
	plain := judged{opened}
	line, err := bufio.NewReaderSize(io.NewSectionReader(plain, 0, min(size, headerRoom)), headerRoom).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("opening file %s: it has no header: %w", listed.ID, judge(err))
	}
	var header seal.PartHeader
	if json.Unmarshal(line, &header) != nil || header != expected {
		return nil, fmt.Errorf("opening file %s: %w: it is another part", listed.ID, ErrDamaged)
	}
	if listed.Size < 0 || listed.Size > size-int64(len(line)) {
		return nil, fmt.Errorf("opening file %s: %w: it is shorter than its report says", listed.ID, ErrDamaged)
	}
	return io.NewSectionReader(plain, int64(len(line)), listed.Size), nil
}

// headerRoom bounds the first line of a file.
const headerRoom = 1 << 10

// A source marks its own errors, so that a database that is away is not taken for a
// file that was changed.
type source struct{ from io.ReaderAt }

type sourceError struct{ error }

func (e sourceError) Unwrap() error { return e.error }

func (s source) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.from.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = sourceError{err}
	}
	return n, err
}

func judge(err error) error {
	var own sourceError
	if errors.As(err, &own) || errors.Is(err, ErrDamaged) {
		return err
	}
	return fmt.Errorf("%w: %w", ErrDamaged, err)
}

// judged says of what does not decrypt that it is damaged.
type judged struct{ plain io.ReaderAt }

func (j judged) ReadAt(p []byte, off int64) (int, error) {
	n, err := j.plain.ReadAt(p, off)
	if err != nil && err != io.EOF {
		err = judge(err)
	}
	return n, err
}
