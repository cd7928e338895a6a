package transmission_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"recueil/internal/office/internal/transmission"
	"recueil/internal/web"
	"recueil/locales"
)

func french(t *testing.T) *web.Voice {
	t.Helper()
	voice, err := web.NewVoice(locales.FS, "fr", "fr/adult.toml", "fr/rules.toml", "fr/office.toml", "fr/office_transmission.toml")
	if err != nil {
		t.Fatal(err)
	}
	return voice
}

func paris(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// sample is a file of some length, invented.
func sample() *transmission.File {
	long := "Depuis la rentrée, l’enfant arrive souvent sans avoir mangé. Il dit : « Le soir, je me débrouille. »\n\n" +
		strings.Repeat("Le voisin entend des cris presque chaque soir, vers vingt heures ; puis plus rien. L’enfant reste parfois seul jusqu’à la nuit. ", 24)
	return &transmission.File{FileFormat: transmission.FileFormat, ID: uuid.MustParse("0190a1b2-0000-7000-8000-000000000001"), Language: "fr",
		Reference: "7K2M-9QX4", ReceivedAt: time.Date(2026, 3, 17, 21, 5, 0, 0, time.UTC), PreparedAt: time.Date(2026, 3, 18, 8, 30, 0, 0, time.UTC),
		Channel: "web", Urgency: 2, Qualification: "concern", Identity: transmission.Withheld,
		To: transmission.To{Kind: "cell", Name: "CRIP de la Métropole de Lyon", Collectivity: "Métropole de Lyon (69M)"},
		Sections: []transmission.Section{
			{Heading: "Ce qui se passe", Answers: []transmission.Answer{
				{Field: "danger_now", Label: "Danger maintenant", Codes: []string{"no"}, Values: []string{"Non"}},
				{Field: "situation.facts", Label: "Les faits", Values: []string{long}, Long: true},
				{Field: "situation.child_words", Label: "Les mots de l’enfant", Values: []string{"« J’ai peur 👍🏽 de rentrer », Ωmega, Привет, مرحبا"}, Long: true}}},
			{Heading: "L’enfant", Answers: []transmission.Answer{
				{Field: "children.0.first_name", Label: "Prénom", Values: []string{"Élio"}},
				{Field: "children.0.age", Label: "Âge", Codes: []string{"9"}, Values: []string{"9 ans"}}}},
			{Heading: "Où", Answers: []transmission.Answer{
				{Field: "place.commune", Label: "Commune", Values: []string{"Villeurbanne (Rhône)"}, Codes: []string{"69266"}},
				{Field: "place.address", Label: "Adresse", Values: []string{"12 rue des Essais"}}}},
		},
		Notes: []transmission.Note{{At: time.Date(2026, 3, 18, 8, 0, 0, 0, time.UTC), Text: "L’école a été appelée ce matin."}},
		Attachments: []transmission.Attachment{{File: "pieces/1.jpg", Name: "chambre d’Élio.JPG", Size: 48213,
			SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"}},
	}
}
