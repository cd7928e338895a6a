package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
)

// MaxForm bounds a form without files: three long texts of 50,000 code points,
// each up to twelve bytes when encoded, and the sealed draft beside them.
const MaxForm = 4 << 20

// ReadForm reads an urlencoded POST body, and only that: never the query, never a
// multipart body. The errors are ErrTooLarge, ErrContentType and ErrUnreadable.
func ReadForm(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	return ReadFormUpTo(w, r, MaxForm)
}

// ReadFormUpTo is [ReadForm] with another bound.
func ReadFormUpTo(w http.ResponseWriter, r *http.Request, most int64) (url.Values, error) {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/x-www-form-urlencoded" {
		return nil, ErrContentType
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, most))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, ErrTooLarge
	}
	if err != nil {
		return nil, &Problem{http.StatusBadRequest, "error.unreadable", errors.New("the body ended early")}
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		// The parser's own message quotes the body.
		return nil, &Problem{http.StatusBadRequest, "error.unreadable", fmt.Errorf("the body of %d bytes is no form", len(body))}
	}
	return values, nil
}
