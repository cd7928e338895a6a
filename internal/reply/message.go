package reply

import (
	"encoding/binary"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"recueil/internal/secret"
)

const (
	messageVersion = 1
	messageStep    = 1024 // most questions are shorter, and all of those look alike
)

// A MessagePlace is where a message belongs. It is bound to what is sealed: another
// report's message, or one in another place of the row, does not open.
type MessagePlace struct {
	Report   uuid.UUID
	ID       uuid.UUID
	Sequence int // from 1, in the order of sending
}

func (p MessagePlace) context() []byte {
	return binary.BigEndian.AppendUint64(append(append([]byte("message"), p.Report[:]...), p.ID[:]...), uint64(p.Sequence))
}

// A Message is what staff write to a reporter. It says nothing of what was reported:
// whoever finds the receipt code reads it.
type Message struct {
	Text  string `json:"text"`
	Asks  bool   `json:"asks,omitempty"`  // an answer is hoped for
	Files bool   `json:"files,omitempty"` // files may be sent with it, by a young person too
}

// SealMessage seals a message under a report's reply key.
func SealMessage(key secret.Key, at MessagePlace, m Message) ([]byte, error) {
	aead, err := newCipher(key.Derive("recueil message key"))
	if err != nil {
		return nil, err
	}
	content, err := json.Marshal(m)
	if err != nil {
		return nil, errors.New("writing a message: it cannot be written as JSON")
	}
	defer clear(content)
	return sealPadded(aead, messageVersion, messageStep, content, at.context()), nil
}

// OpenMessage opens what SealMessage sealed for that place. The errors are ErrForged
// and ErrOtherVersion.
func OpenMessage(key secret.Key, at MessagePlace, sealed []byte) (Message, error) {
	aead, err := newCipher(key.Derive("recueil message key"))
	if err != nil {
		return Message{}, err
	}
	content, err := openPadded(aead, messageVersion, sealed, at.context())
	if err != nil {
		return Message{}, err
	}
	defer clear(content)
	var m Message
	if json.Unmarshal(content, &m) != nil {
		return Message{}, ErrForged
	}
	return m, nil
}
