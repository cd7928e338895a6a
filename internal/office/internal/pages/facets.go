package pages

import (
	"slices"
	"strconv"

	"recueil/internal/office/internal/archive"
	"recueil/internal/office/internal/facet"
	"recueil/internal/readout"
	"recueil/internal/report"
	"recueil/internal/secret"
	"recueil/internal/territory"
)

// What a département is filtered by: keyed tokens, made of what was opened for somebody
// who may read it. An address names the département by a token too, and never in words.

const (
	facetKey = "facets"
	maxPlace = 13 // a number of 64 bits, to the base of 36
)

// placeIn is what stands for a département in an address.
func placeIn(key secret.Key, code string) string {
	return strconv.FormatUint(facet.Address(key, code), 36)
}

// departmentCodes are those that a report may name, and what it may say instead.
func departmentCodes() []string {
	codes := []string{}
	for _, d := range territory.Departments() {
		codes = append(codes, d.Code)
	}
	return append(codes, "abroad", "unknown")
}

// resolveDepartment finds the département that a filter's address stands for under one
// of the member's keys, and its tokens under all of them. One that stands for none is
// left out of the filter.
func (s *Server) resolveDepartment(v *visit, f *archive.Filter) (code string) {
	if f.Department.Address == "" {
		return ""
	}
	keys := v.keys.SearchKeys(facetKey)
	for _, key := range keys {
		for _, one := range departmentCodes() {
			if placeIn(key, one) == f.Department.Address {
				code = one
			}
		}
	}
	if code == "" {
		f.Department = archive.Department{}
		return ""
	}
	for _, key := range keys {
		f.Department.Tokens = append(f.Department.Tokens, facet.Department(key, code))
	}
	return code
}

// departmentChoices lists the départements by what stands for each in an address.
func (s *Server) departmentChoices(v *visit, f archive.Filter) (options []choice) {
	keys := v.keys.SearchKeys(facetKey)
	if len(keys) == 0 {
		return nil
	}
	key := keys[len(keys)-1]
	field, _ := report.Lookup("place.department")
	chosen := s.resolveDepartment(v, &f)
	for _, code := range departmentCodes() {
		text := readout.Values(s.voice, field, []string{code})
		options = append(options, choice{Value: placeIn(key, code), Text: text[0], Checked: code == chosen})
	}
	return options
}

// hitsIn leaves out the rows of another département that share its token. A damaged one
// stays: nobody can tell.
func hitsIn(rows []Row, code string) []Row {
	if code == "" {
		return rows
	}
	return slices.DeleteFunc(slices.Clone(rows), func(r Row) bool { return r.opened != nil && r.opened.Place.Department != code })
}
