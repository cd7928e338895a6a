package unseal

import (
	"bufio"
	"encoding/json"
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
// another's, shorter or longer, is ErrDamaged at once.
func File(owner report.ID, listed report.Attachment, caseKey secret.Key, from io.ReaderAt, stored int64) (*io.SectionReader, error) {
	expected := seal.AttachmentHeader(owner, listed.ID)
	identity, err := age.NewScryptIdentity(seal.PartPassphrase(seal.PartKey(caseKey, seal.AttachmentKind, listed.ID)).Reveal())
	if err != nil {
		return nil, fmt.Errorf("opening file %s: %w", listed.ID, err)
	}
	identity.SetMaxWorkFactor(1) // as for every part
	plain, size, err := age.DecryptReaderAt(from, stored, identity)
	if err != nil {
		return nil, fmt.Errorf("opening file %s: %w: %w", listed.ID, ErrDamaged, err)
	}
	line, err := bufio.NewReaderSize(io.NewSectionReader(plain, 0, min(size, headerRoom)), headerRoom).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("opening file %s: %w: it has no header", listed.ID, ErrDamaged)
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
