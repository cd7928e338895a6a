package facet_test

import (
	"fmt"
	"strings"
	"testing"

	"recueil/internal/office/internal/facet"
	"recueil/internal/report"
	"recueil/internal/secret"
)

func of(key secret.Key, department, text string) facet.Tokens {
	return facet.Of(key, &report.Report{Answers: report.Answers{Place: report.Place{Department: department}, Situation: report.Situation{Facts: text}}})
}

const long = "Tous les soirs depuis la rentrée, les voisins du deuxième crient et on entend les enfants pleurer dans l’escalier jusque tard, sauf le mercredi quand ils vont chez leur tante à la campagne, et personne ne répond quand nous frappons à la porte."

func TestTextsAlikeShareATokenAndOthersDoNot(t *testing.T) {
	alike, unlike := 0, 0
	for range 200 {
		key := secret.New()
		first := of(key, "59", long)
		if again := of(key, "59", strings.ToUpper(long)+" 42 !!"); again != first {
			t.Fatal("capitals and digits make another text")
		}
		if of(key, "59", strings.Replace(long, "tante", "grand-mère", 1)).Likeness == first.Likeness {
			alike++
		}
		if of(key, "59", "Un enfant attend seul devant le gymnase, il pleut et il n’a pas de manteau.").Likeness == first.Likeness {
			unlike++
		}
	}
	if alike < 150 || unlike > 5 {
		t.Errorf("of 200 keys, %d show a text with another word as alike, %d another text", alike, unlike)
	}
}

func TestAKeyDecidesEachToken(t *testing.T) {
	key, other := secret.New(), secret.New()
	same, seen := 0, map[int16]bool{}
	for n := range 101 {
		code := fmt.Sprint(n)
		token := facet.Department(key, code)
		if token < 0 || token > 63 {
			t.Fatalf("the token of %s is %d", code, token)
		}
		seen[token] = true
		if token == facet.Department(other, code) {
			same++
		}
	}
	if same > 20 || len(seen) < 30 {
		t.Errorf("%d of 101 tokens are those of another key; there are %d different ones", same, len(seen))
	}
	var ofKey, ofCode int
	tags := map[int16]bool{}
	for range 200 {
		id := report.NewID()
		tag := facet.DepartmentTag(key, id, "59")
		tags[tag] = true
		if tag == facet.DepartmentTag(other, id, "59") {
			ofKey++
		}
		if tag == facet.DepartmentTag(key, id, "13") {
			ofCode++
		}
	}
	if len(tags) < 190 || ofKey > 2 || ofCode > 2 { // among 65536, two of 200 are alike in one run of four
		t.Errorf("200 reports of one département have %d tags; %d are those of another key, %d of another département", len(tags), ofKey, ofCode)
	}
	if of(key, "59", "Au secours").Likeness != facet.NoText || of(key, "", "").Likeness != facet.NoText {
		t.Error("two words have a likeness")
	}
}
