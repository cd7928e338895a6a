package intake_test

import (
	"fmt"
	"strings"
	"testing"

	"recueil/internal/intake"
)

// The list of hostile files: what each is refused for, or kept as.
func TestHostileFiles(t *testing.T) {
	t.Parallel()
	exe := append([]byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), picture(600)...)
	for name, c := range map[string]struct {
		file    string
		content []byte
		problem string // key of its words; empty: taken
		kept    string // the name
		kind    string
	}{
		"program named as a picture": {"vacances.jpg", exe, "program", "", ""},
		"program that is a PDF too":  {"x.pdf", append([]byte("MZ%PDF-1.4\n"), exe...), "program", "", ""},
		"shell script":               {"note.txt", []byte("#!/bin/sh\nrm -rf /\n"), "program", "", ""},
		"ELF":                        {"x", append([]byte("\x7fELF\x02\x01\x01"), picture(100)...), "program", "", ""},
		"picture with PDF inside":    {"x.jpg", append([]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00"), "%PDF-1.4"...), "type", "", ""},
		"SVG with script":            {"dessin.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`), "type", "", ""},
		"SVG named as a picture":     {"dessin.png", []byte(`<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"></svg>`), "type", "", ""},
		"HTML named as text":         {"lire.txt", []byte("<!doctype html><script>alert(1)</script>"), "type", "", ""},
		"zip":                        {"tout.zip", []byte("PK\x03\x04\x14\x00\x00\x00\x08\x00" + strings.Repeat("x", 40)), "type", "", ""},
		"nothing in it":              {"vide.jpg", []byte{}, "empty", "", ""},
		"truncated picture":          {"coupee.jpg", []byte("\xff\xd8\xff\xe0\x00\x10JF"), "", "coupee.jpg", "image/jpeg"},
		"folders":                    {"../../etc/passwd.txt", []byte("bonjour à tous\n"), "", "passwd.txt", "text/plain"},
		"folders of Windows":         {`C:\Users\moi\photo.txt`, []byte("bonjour à tous\n"), "", "photo.txt", "text/plain"},
		"only dots":                  {"..", []byte("bonjour à tous\n"), "", "", "text/plain"},
		"direction turned":           {"rapport\u202egpj.txt", []byte("bonjour à tous\n"), "", "rapport\u202egpj.txt", "text/plain"},
		"lines":                      {"a\r\nSet-Cookie: x=1\n.txt", []byte("bonjour à tous\n"), "", "aSet-Cookie: x=1.txt", "text/plain"},
		"a terminal’s commands":      {"a\u009b31mb\u0085c.txt", []byte("bonjour à tous\n"), "", "a31mbc.txt", "text/plain"},
		"quotes":                     {`dit "oui".txt`, []byte("bonjour à tous\n"), "", `dit "oui".txt`, "text/plain"},
		"5,000 characters":           {strings.Repeat("é", 5000) + ".txt", []byte("bonjour à tous\n"), "", strings.Repeat("é", 179) + "…" + strings.Repeat("é", 16) + ".txt", "text/plain"},
		"no text of any kind":        {"x.txt", []byte("bon\x00jour"), "type", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.toFiles()
			if b.attach(c.file, c.content, "_join"); c.problem != "" {
				b.want(422, "/e/11")
				want := s.words("problem.file."+c.problem, "Most", 10, "Limit", "25 Mo")
				if got := b.doc.Find(".field-error").Text(); got != want || !strings.HasPrefix(b.doc.Find("title").Text(), "Erreur") {
					t.Errorf("told %q, want %q", got, want)
				}
				if n := s.count("attachments") + s.count("attachment_pieces"); n != 0 {
					t.Errorf("%d rows are left", n)
				}
			} else {
				b.want(200, "/e/11")
			}
			b.open("/e/11").fill(nil)
			b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
			r := s.one()
			if r.Situation.Facts != "vu et entendu" {
				t.Errorf("the rest is not kept: %+v", r.Answers)
			}
			if c.problem != "" {
				s.holds(r)
				return
			}
			s.holds(r, c.content)
			if r.Attachments[0].Name != c.kept || r.Attachments[0].Type != c.kind {
				t.Errorf("kept as %q, %s", r.Attachments[0].Name, r.Attachments[0].Type)
			}
		})
	}
}

func TestLimitsOfFiles(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limit   func(*intake.FileLimits)
		second  []byte
		problem string
	}{
		"too many":                   {func(l *intake.FileLimits) { l.Most = 1 }, picture(2000), "too_many"},
		"too large":                  {func(l *intake.FileLimits) { l.Size = 1e6 }, picture(1e6 + 1), "too_large"},
		"far too large for its form": {func(l *intake.FileLimits) { l.Size = 1e6 }, picture(7e6), "too_large"},
		"quota":                      {func(l *intake.FileLimits) { l.Room.Unsent = 30_000 }, picture(60_000), "no_room"},
		"ceiling":                    {func(l *intake.FileLimits) { l.Room.Ceiling = 1 }, picture(2000), "no_room"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t)
			b := s.toFiles()
			first := picture(1000)
			b.attach("un.jpg", first, "_join").want(200, "/e/11")
			c.limit(&s.config.FileLimits)
			var told []string
			s.config.Refused = func(why string) { told = append(told, why) }
			b.base = s.serve()
			// Cookies of one host are another's only by name: this one moves with its draft.
			b.client.Jar.SetCookies(mustURL(b.base), b.client.Jar.Cookies(mustURL(s.url)))
			b.attach("deux.jpg", c.second, "_join").want(422, "/e/11")
			limits := s.config.FileLimits
			want := s.words("problem.file."+c.problem, "Most", limits.Most, "Limit", fmt.Sprint(limits.Size/1e6, " Mo"))
			if got := b.doc.Find(".error-summary li").Text(); got != want {
				t.Errorf("told %q, want %q", got, want)
			}
			if len(told) != 1 || told[0] != c.problem {
				t.Errorf("counted is %q, want %s once", told, c.problem)
			}
			if n := s.count("attachments"); n != 1 {
				t.Errorf("%d files", n)
			}
			b.open("/v").want(200, "/v").fill(nil).want(200, "/r")
			s.holds(s.one(), first)
		})
	}
}
