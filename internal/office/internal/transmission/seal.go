package transmission

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"time"

	"filippo.io/age"
)

// An Entry is one file of what is handed over. It is opened when its turn comes, read
// once from its beginning, and closed: an original may be far larger than memory.
type Entry struct {
	Name string
	Open func() (io.ReadCloser, error)
	// Packed says that compressing would cost time and gain nothing: photos and sounds
	// are compressed already.
	Packed bool
}

// A Form is the entry of one of the two forms of a file.
func Form(name string, content []byte) Entry {
	return Entry{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }}
}

// Pack writes entries one after the other into a zip file. What is in memory at a time
// does not grow with them. After an error the file is not whole, and must not look so.
func Pack(to io.Writer, at time.Time, entries ...Entry) error {
	pack := zip.NewWriter(to)
	for _, e := range entries {
		if err := e.pack(pack, at); err != nil {
			return fmt.Errorf("packing a file: %w", err)
		}
	}
	if err := pack.Close(); err != nil {
		return fmt.Errorf("packing a file: %w", err)
	}
	return nil
}

func (e Entry) pack(pack *zip.Writer, at time.Time) error {
	header := &zip.FileHeader{Name: e.Name, Method: zip.Deflate, Modified: at.UTC()}
	if e.Packed {
		header.Method = zip.Store
	}
	w, err := pack.CreateHeader(header)
	if err != nil {
		return err
	}
	content, err := e.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	_, err = io.Copy(w, content)
	return err
}

// Seal packs entries and seals them to the key of who receives them, on the way. The
// standard age tool opens the result, any unzip what is in it. Names say the reference
// and nothing else.
func Seal(out io.Writer, to age.Recipient, at time.Time, entries ...Entry) error {
	w, err := age.Encrypt(out, to)
	if err != nil {
		return fmt.Errorf("sealing a file to its recipient: %w", err)
	}
	if err := Pack(w, at, entries...); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("sealing a file to its recipient: %w", err)
	}
	return nil
}
