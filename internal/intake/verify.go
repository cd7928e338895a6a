package intake

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recueil/internal/inbox"
	"recueil/internal/report"
	"recueil/internal/seal"
)

// verifyAddress is where anybody has an attestation verified.
const verifyAddress = "/x"

// verifyTime is how long every answer takes. What is unknown and what is wrong are
// not told apart, not by waiting either.
const verifyTime = 400 * time.Millisecond

type verifyPage struct {
	Frame
	Reference Question
	Digest    Question
	Errors    []Fault
	Asked     bool   // the answer is there
	Received  string // when the report came, in words; empty: no
}

// verifyForm asks for what stands on an attestation.
func (s *Server) verifyForm(c echo.Context) error {
	return s.showVerify(c, http.StatusOK, verifyPage{}, "", "")
}

func (s *Server) showVerify(c echo.Context, status int, page verifyPage, reference, digest string) error {
	voice := s.adult(c)
	page.Frame = s.frame(c, voice, voice.T("page.verify.title"))
	if token, err := cookieToken(c); err == nil {
		setCookie(c, token)
	} else if !fromElsewhere(c) {
		sendCookie(c, noDraft)
	}
	page.Form = formID
	page.Reference.Label, page.Reference.Hint, page.Reference.Value = voice.T("page.verify.reference"), voice.T("page.verify.reference.hint"), reference
	page.Digest.Label, page.Digest.Hint, page.Digest.Value = voice.T("page.verify.digest"), voice.T("page.verify.digest.hint"), digest
	for _, q := range []struct {
		*Question
		name string
	}{{&page.Reference, "reference"}, {&page.Digest, "digest"}} {
		q.Name, q.ID, q.Kind, q.Autocomplete = q.name, q.name, report.Text, "off"
		if q.Error != "" {
			page.Errors = append(page.Errors, Fault{q.ID, q.Error})
		}
	}
	page.Error = len(page.Errors) > 0
	return s.render(c, voice, status, "verify", page)
}

// verify answers whether a sealed message of that reference and digest was received,
// and when; nothing else. It needs no draft and leaves none.
func (s *Server) verify(c echo.Context) error {
	answered := time.NewTimer(verifyTime)
	defer answered.Stop()
	form, err := s.readForm(c)
	if err != nil {
		return err
	}
	typed, typedDigest := strings.ToValidUTF8(form.Get("reference"), "\uFFFD"), strings.ToValidUTF8(form.Get("digest"), "\uFFFD")
	page, voice := verifyPage{}, s.adult(c)
	if switched(form) {
		return s.showVerify(c, http.StatusOK, page, typed, typedDigest)
	}
	reference, ok := seal.ParseReference(typed)
	if !ok {
		page.Reference.Error = voice.T("problem.reference")
	}
	digits, ok := digestDigits(typedDigest)
	if !ok {
		page.Digest.Error = voice.T("problem.digest", "Max", inbox.AttestationDigits)
	}
	if page.Reference.Error+page.Digest.Error != "" {
		return s.showVerify(c, http.StatusUnprocessableEntity, page, typed, typedDigest)
	}
	received, err := s.Attestations.CheckAttestation(c.Request().Context(), reference, digits)
	switch {
	case err == nil:
		page.Received = s.moment(voice, received)
	case !errors.Is(err, inbox.ErrNoAttestation):
		return err
	}
	page.Asked = true
	select {
	case <-answered.C:
	case <-c.Request().Context().Done():
	}
	return s.showVerify(c, http.StatusOK, page, typed, typedDigest)
}

// digestDigits reads the first digits of a digest, or all of them, as people copy
// them from paper, and reports whether they are enough to be looked for.
func digestDigits(typed string) (string, bool) {
	var digits strings.Builder
	for _, r := range strings.ToLower(typed) {
		switch {
		case strings.ContainsRune(" -:.\u00a0\u202f\u2011\u2013\t\r\n", r):
		case r == 'o':
			digits.WriteByte('0')
		case r == 'l' || r == 'i':
			digits.WriteByte('1')
		case r >= '0' && r <= '9' || r >= 'a' && r <= 'f':
			digits.WriteRune(r)
		default:
			return "", false
		}
	}
	return digits.String(), digits.Len() >= inbox.AttestationDigits && digits.Len() <= 64
}
