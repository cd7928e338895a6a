package report_test

import (
	"strings"
	"testing"

	"recueil/internal/report"
)

func TestAddedComesBackAsItWasWritten(t *testing.T) {
	r := report.Report{ID: report.NewID(), Added: &report.Added{Message: report.NewID(), Text: "Elle est rentrée.\n<script> {{ 🌿", Contact: "06 39 98 00 11",
		Channel: report.ContactChannelSms, Hours: "après 17 h", Wish: report.WishCallBack}}
	raw, err := r.Encode()
	if err != nil {
		t.Fatal(err)
	}
	opened, err := report.Decode(raw)
	if err != nil || opened.Added == nil || *opened.Added != *r.Added {
		t.Errorf("it comes back as %+v: %v", opened.Added, err)
	}
}

func TestAddedThatTheFormWouldNotTakeIsRefused(t *testing.T) {
	for name, a := range map[string]report.Added{
		"another wish":        {Wish: "close_it"},
		"a channel that none": {Channel: "pigeon"},
		"a way that is none":  {Channel: report.ContactChannelMailbox},
		"a text too long":     {Text: strings.Repeat("é", report.MaxAddedText+1)},
		"a number too long":   {Contact: strings.Repeat("0", report.MaxAddedContact+1)},
		"hours too long":      {Hours: strings.Repeat("0", report.MaxAddedContact+1)},
	} {
		r := report.Report{ID: report.NewID(), Added: &a}
		raw, err := r.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := report.Decode(raw); err == nil {
			t.Errorf("%s passes", name)
		}
	}
	if a := (report.Added{Message: report.NewID()}); !a.Empty() {
		t.Error("an answer without a word is something")
	}
	if a := (report.Added{Wish: report.WishNoContact}); a.Empty() {
		t.Error("a wish is nothing")
	}
}
