package transmission

import (
	"archive/zip"
	"bytes"
	"fmt"
	"time"

	"filippo.io/age"
)

// A Form is one of the two forms of a file, with the name it is handed on under.
type Form struct {
	Name    string
	Content []byte
}

// Seal packs the forms of a file and seals them to the key of who receives them. The
// standard age tool opens the result, any unzip what is in it. Names say the reference
// and nothing else.
func Seal(to age.Recipient, at time.Time, forms ...Form) ([]byte, error) {
	var packed bytes.Buffer
	pack := zip.NewWriter(&packed)
	for _, form := range forms {
		w, err := pack.CreateHeader(&zip.FileHeader{Name: form.Name, Method: zip.Deflate, Modified: at.UTC()})
		if err != nil {
			return nil, fmt.Errorf("packing a file: %w", err)
		}
		if _, err := w.Write(form.Content); err != nil {
			return nil, fmt.Errorf("packing a file: %w", err)
		}
	}
	if err := pack.Close(); err != nil {
		return nil, fmt.Errorf("packing a file: %w", err)
	}
	defer clear(packed.Bytes())
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, fmt.Errorf("sealing a file to its recipient: %w", err)
	}
	if _, err := w.Write(packed.Bytes()); err != nil {
		return nil, fmt.Errorf("sealing a file to its recipient: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("sealing a file to its recipient: %w", err)
	}
	return out.Bytes(), nil
}
