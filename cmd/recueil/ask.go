package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"recueil/internal/secret"
)

// ask reads a secret: without echo from a terminal, else one line of standard
// input, so that a script can give several.
func (t *terminal) ask(prompt string) (secret.Text, error) {
	if f, ok := t.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprintf(t.warn, "%s: ", prompt)
		typed, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(t.warn)
		if err != nil {
			return "", errors.New("nothing could be read from the terminal")
		}
		return secret.Text(typed), nil
	}
	if _, buffered := t.in.(*bufio.Reader); !buffered {
		t.in = bufio.NewReader(t.in)
	}
	line, err := t.in.(*bufio.Reader).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) || line == "" {
		return "", fmt.Errorf("%s: standard input has no line for it", prompt)
	}
	return secret.Text(strings.TrimRight(line, "\r\n")), nil
}

// newPassphrase asks twice where somebody types.
func (t *terminal) newPassphrase(prompt string) (secret.Text, error) {
	first, err := t.ask(prompt)
	if err != nil {
		return "", err
	}
	if f, ok := t.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		again, err := t.ask(prompt + ", once more")
		if err != nil {
			return "", err
		}
		if again != first {
			return "", errors.New("the two passphrases differ; run the command again")
		}
	}
	return first, nil
}
