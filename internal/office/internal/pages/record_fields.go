package pages

import (
	"net/url"
	"slices"

	"recueil/internal/office/internal/followup"
	"recueil/internal/territory"
)

// A recordField is one field of a form of the unit.
type recordField struct {
	Name     string
	Type     followup.Type
	Label    string
	Hint     string
	Required bool
	Value    string
	Choices  []choice // of One, Many and Department
	Bad      string
	Max      int
}

// said is what a form of the unit calls a field; a log-in in between keeps all that
// begin so.
const said = "said."

// recordFields draws the fields of a form: what they ask of whom stands in one table.
func (s *Server) recordFields(form string, fields []followup.Field, given url.Values, faults []followup.Fault) []recordField {
	drawn := make([]recordField, len(fields))
	for i, f := range fields {
		values := given[said+f.Name]
		key := "office.record.field." + f.Name
		d := recordField{Name: f.Name, Type: f.Type, Required: f.Required, Max: followup.MostLine,
			Label: s.recordLabel(form, f.Name), Hint: s.voice.First("office.record."+form+"."+f.Name+".hint", key+".hint")}
		if f.Type == followup.Text {
			d.Max = followup.MostText
		}
		if len(values) > 0 {
			d.Value = values[0]
		}
		for _, code := range f.Codes {
			d.Choices = append(d.Choices, choice{Value: code, Text: s.recordCode(form, f.Name, code), Checked: slices.Contains(values, code)})
		}
		if f.Type == followup.Department {
			for _, each := range territory.Departments() {
				d.Choices = append(d.Choices, choice{Value: each.Code, Text: each.Code + " " + each.Name, Checked: each.Code == d.Value})
			}
		}
		for _, fault := range faults {
			if fault.Field == f.Name {
				d.Bad = s.faultText(form, fault)
			}
		}
		drawn[i] = d
	}
	return drawn
}

// recordLabel is what a field asks, in words.
func (s *Server) recordLabel(form, field string) string {
	return s.voice.First("office.record."+form+"."+field, "office.record.field."+field)
}

// recordCode is a choice in words.
func (s *Server) recordCode(form, field, code string) string {
	return s.voice.First("office.record.code."+form+"."+field+"."+code, "office.record.code."+field+"."+code, "office.record.code."+code)
}

// faultText says what is wrong with a field and what to do.
func (s *Server) faultText(form string, f followup.Fault) string {
	return s.voice.First("office.record.fault."+form+"."+f.Field+"."+f.What, "office.record.fault."+f.Field+"."+f.What, "office.record.fault."+f.What)
}

// recordProblems lists the faults for the summary, each with the id of its field.
func recordProblems(fields []recordField) []problem {
	var problems []problem
	for _, f := range fields {
		if f.Bad == "" {
			continue
		}
		id := "f-" + f.Name
		if f.Type == followup.One || f.Type == followup.Many {
			id += "-0"
		}
		problems = append(problems, problem{id, f.Bad})
	}
	return problems
}

// asGiven writes what was said as a form would send it.
func asGiven(all followup.Said) url.Values {
	given := url.Values{}
	for _, a := range all {
		given[said+a.Field] = a.Values
	}
	return given
}
