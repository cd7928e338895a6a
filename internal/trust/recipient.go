package trust

import "filippo.io/age"

// Recipient reads the age recipient of somebody outside the house. The rule is that
// of the file: a key that is not post-quantum is refused unless the operator allows
// such keys.
func (s *Source) Recipient(key string) (age.Recipient, error) {
	return parseRecipient(key, s.options.AllowClassic)
}
