package intake

import (
	"cmp"

	"recueil/internal/report"
	"recueil/internal/web"
)

// A Fault is a line of the error summary; its link reaches the field.
type Fault struct{ ID, Text string }

// faults lists the errors in the order of the page. Where several say the same, as of
// questions that were left out, each is called by its question instead.
func faults(parts ...Part) (list []Fault) {
	said := map[string]int{}
	var labels []string
	collect := func(questions []Question) {
		for _, q := range questions {
			if q.Error != "" {
				text := cmp.Or(q.Fault, q.Error)
				said[text]++
				list, labels = append(list, Fault{q.focus(), text}), append(labels, q.Label)
			}
		}
	}
	for _, p := range parts {
		collect(p.Prominent)
		for _, g := range p.Groups {
			for _, item := range g.Items {
				collect(item.Prominent)
				collect(item.Folded)
			}
		}
		collect(p.Folded)
	}
	for i := range list {
		if said[list[i].Text] > 1 {
			list[i].Text = cmp.Or(labels[i], list[i].Text)
		}
	}
	return list
}

// tooLong says in the summary which text is longer than most: beside others it helps
// nobody that one is.
func tooLong(voice *web.Voice, q Question, most int) string {
	if q.Error == "" || q.Error != voice.T("problem.too_long", "Max", most) {
		return ""
	}
	return voice.T("problem.too_long.of", "Question", q.Label, "Max", most)
}

// focus is the element a link of the error summary goes to.
func (q Question) focus() string {
	switch {
	case q.Kind == report.DateParts || q.DateWrong():
		return q.ID + "-jour"
	case len(q.Options) > 0 && !q.Long:
		return q.Options[0].ID
	case len(q.Choices) > 0:
		return q.Choices[0].ID
	}
	return q.ID
}
