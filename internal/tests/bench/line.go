package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"fmt"
	"html"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A line is one persistent connection. Requests are written as they are; the client
// must cost little, since it shares the machine with what it measures.
type line struct {
	conn net.Conn
	in   *bufio.Reader
}

func dial(addr string) (*line, error) {
	conn, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &line{conn, bufio.NewReaderSize(conn, 32<<10)}, nil
}

func (l *line) close() { l.conn.Close() }

// An answer is what came back.
type answer struct {
	status   int
	location string
	cookie   string // the one the server set, as a browser sends it back
	body     []byte
	gzipped  bool
}

// send writes a request and reads its answer to the end.
func (l *line) send(raw []byte) (answer, error) {
	l.conn.SetDeadline(time.Now().Add(20 * time.Second))
	if _, err := l.conn.Write(raw); err != nil {
		return answer{}, err
	}
	response, err := http.ReadResponse(l.in, nil)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	a := answer{status: response.StatusCode, location: response.Header.Get("Location"), gzipped: response.Header.Get("Content-Encoding") == "gzip"}
	if set := response.Header.Get("Set-Cookie"); set != "" {
		a.cookie, _, _ = strings.Cut(set, ";")
	}
	a.body, err = io.ReadAll(response.Body)
	return a, err
}

// page returns the body as text.
func (a answer) page() (string, error) {
	if !a.gzipped {
		return string(a.body), nil
	}
	z, err := gzip.NewReader(bytes.NewReader(a.body))
	if err != nil {
		return "", err
	}
	text, err := io.ReadAll(z)
	return string(text), err
}

// request writes what a browser sends: the headers that decide something, and about
// as many bytes of others.
func request(method, path, cookie, form string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\n", method, path)
	b.WriteString("User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36\r\n" +
		"Accept: text/html,application/xhtml+xml\r\nAccept-Language: fr-FR,fr;q=0.9\r\nAccept-Encoding: gzip, deflate\r\nSec-Fetch-Site: same-origin\r\n")
	if cookie != "" {
		b.WriteString("Cookie: " + cookie + "\r\n")
	}
	if method == http.MethodPost {
		b.WriteString("Content-Type: application/x-www-form-urlencoded\r\nContent-Length: " + strconv.Itoa(len(form)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.WriteString(form)
	return b.Bytes()
}

// hidden reads the value of a hidden input of a page.
func hidden(page, name string) string {
	_, rest, found := strings.Cut(page, `<input type="hidden" name="`+name+`" value="`)
	if !found {
		return ""
	}
	value, _, _ := strings.Cut(rest, `"`)
	return html.UnescapeString(value)
}
