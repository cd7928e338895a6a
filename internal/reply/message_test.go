package reply_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"recueil/internal/reply"
	"recueil/internal/secret"
)

func TestMessageOpensInItsPlaceAlone(t *testing.T) {
	key := secret.New()
	at := reply.MessagePlace{Report: uuid.New(), ID: uuid.New(), Sequence: 3}
	message := reply.Message{Text: "Pouvez-vous nous dire quand on peut vous appeler ?", Asks: true}
	sealed, err := reply.SealMessage(key, at, message)
	if err != nil {
		t.Fatal(err)
	}
	if opened, err := reply.OpenMessage(key, at, sealed); err != nil || opened != message {
		t.Fatalf("it comes back as %+v: %v", opened, err)
	}
	for name, place := range map[string]reply.MessagePlace{
		"another report": {Report: uuid.New(), ID: at.ID, Sequence: 3}, "another id": {Report: at.Report, ID: uuid.New(), Sequence: 3},
		"another place in the row": {Report: at.Report, ID: at.ID, Sequence: 2},
	} {
		if opened, err := reply.OpenMessage(key, place, sealed); !errors.Is(err, reply.ErrForged) || opened != (reply.Message{}) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := reply.OpenMessage(secret.New(), at, sealed); !errors.Is(err, reply.ErrForged) {
		t.Errorf("another code's key: %v", err)
	}
	if _, err := reply.OpenDraft(key, sealed); err == nil {
		t.Error("a message opens as a draft")
	}
}

func TestShortMessagesLookAlike(t *testing.T) {
	sizes := map[int]bool{}
	for _, text := range []string{"", "Oui.", strings.Repeat("mot ", 200)} {
		sealed, err := reply.SealMessage(secret.New(), reply.MessagePlace{Sequence: 1}, reply.Message{Text: text})
		if err != nil {
			t.Fatal(err)
		}
		sizes[len(sealed)] = true
	}
	if len(sizes) != 1 {
		t.Errorf("three short messages have %d sizes", len(sizes))
	}
}
