package notify

import (
	"recueil/internal/web"
)

// Words says a notice in one language.
type Words struct{ voice *web.Voice }

func (n *Notifier) words(lang string) Words {
	if voice := n.voices[lang]; voice != nil {
		return Words{voice}
	}
	return Words{n.voices[firstLanguage]}
}

// Lang is the language, for machines.
func (w Words) Lang() string { return w.voice.Lang }

// Subject is a line of its own: what waits, and nothing else.
func (w Words) Subject(n Notice) string {
	return w.voice.T("office.notice.subject", "What", w.What(n))
}

// What says what waits, in one sentence without its point.
func (w Words) What(n Notice) string {
	switch n.Kind {
	case Alarm:
		return w.voice.T("office.notice.alarm", "Count", n.Count)
	case Test:
		return w.voice.T("office.notice.test")
	}
	return w.voice.T("office.notice."+string(n.Kind), "Count", n.Count)
}

// Sentence is the whole of it.
func (w Words) Sentence(n Notice) string {
	if n.Kind == Alarm {
		return w.voice.T("office.notice.since", "Count", n.Count, "What", w.What(n), "Since", w.voice.T("office.notice.minutes", "Count", n.Minutes))
	}
	return w.What(n)
}

// Text is the body of an e-mail.
func (w Words) Text(n Notice) string {
	closing := "office.notice.closing"
	if n.Kind == Test {
		closing = "office.notice.closing.test"
	}
	return w.Sentence(n) + ".\n\n" + w.voice.T(closing) + "\n"
}
