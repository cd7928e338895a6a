package staff

// A Binding vouches for a row of the database under a team's key. The row keeps it.
type Binding struct {
	TeamID string
	Epoch  int
	Tag    []byte
}

// Bind vouches for fields under the newest key of a team, if the member holds one.
func (k Keys) Bind(teamID, purpose string, fields ...string) (Binding, bool) {
	epochs := k.Epochs(teamID)
	if len(epochs) == 0 {
		return Binding{}, false
	}
	newest := epochs[len(epochs)-1]
	tag := newest.Bind(purpose, fields...)
	return Binding{newest.ID, newest.Epoch, tag[:]}, true
}

// Bound reports whether a binding vouches for exactly these fields. One of a key that
// the member does not hold, or that was dropped since, vouches for nothing.
func (k Keys) Bound(b Binding, purpose string, fields ...string) bool {
	for _, t := range k.Epochs(b.TeamID) {
		if t.Epoch == b.Epoch {
			return t.Bound(b.Tag, purpose, fields...)
		}
	}
	return false
}
