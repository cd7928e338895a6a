package pages

// alteredOf says what the rows of a record tell otherwise than what was sealed. What was
// sealed is what counts, and what the page shows.
func (s *Server) alteredOf(f *recordFile) []string {
	var told []string
	for _, one := range []struct {
		altered bool
		what    string
	}{
		{f.openingMoved(), "opening"},
		{f.misled, "referral"},
	} {
		if one.altered {
			s.Log.Warn("a record was altered from outside", "record", f.row.ID, "what", one.what)
			told = append(told, s.voice.T("office.record.altered."+one.what))
		}
	}
	return told
}
