package pages

import "testing"

func TestWhatTellsOfAReporterIsFoundInAnySpelling(t *testing.T) {
	t.Parallel()
	family := newVocabulary()
	family.add("Lina Vasseur")
	for _, c := range []struct {
		tell tell
		text string
		want string
	}{
		{tellOfName("Mme Zoé Brémond, infirmière", family), "Vu avec ZOE ce matin.", "ZOE"},
		{tellOfName("Mme Zoé Brémond, infirmière", family), "Madame bremond l’a dit.", "bremond"},
		{tellOfName("Mme Zoé Brémond, infirmière", family), "Une infirmière l’a dit.", ""},
		{tellOfName("zoé brémond", family), "Bremond, Zoé", "Bremond"},
		{tellOfName("Zoé Vasseur", family), "Lina Vasseur est seule.", ""},
		{tellOfName("Zoé Vasseur", family), "VASSEUR, Zoé", "Zoé"},
		{tellOf("01 99 00 45 67"), "Au +33 1 99.00.45.67, le soir.", "+33 1 99.00.45.67"},
		{tellOf("01 99 00 45 67"), "Au 01 99 00 45 68.", ""},
		{tellOf("zoe.bremond@exemple.invalid"), "Écrire à Zoé Brémond.", "Zoé"},
		{tellOf("zoe.bremond@exemple.invalid"), "Zoé est sa sœur.", ""},
		{tellOf("contact@exemple.invalid"), "Sans contact avec son père.", ""},
		{tellOf("Contact@exemple.invalid"), "Écrire à contact@exemple.invalid", "Contact@exemple.invalid"},
	} {
		if got := c.tell.in(c.text); got != c.want {
			t.Errorf("of %q, %q holds %q, not %q", c.tell.value, c.text, got, c.want)
		}
	}
}
