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
	line, err := t.line()
	if err != nil {
		return "", fmt.Errorf("%s: %w", prompt, err)
	}
	return secret.Text(line), nil
}

// line reads one line of standard input.
func (t *terminal) line() (string, error) {
	if _, buffered := t.in.(*bufio.Reader); !buffered {
		t.in = bufio.NewReader(t.in)
	}
	line, err := t.in.(*bufio.Reader).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) || line == "" {
		return "", errors.New("standard input has no line for it")
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// confirm wants certain words typed before something that cannot be undone.
func (t *terminal) confirm(words string) error {
	fmt.Fprintf(t.warn, "Type %q to go on: ", words)
	typed, err := t.line()
	if err != nil {
		return err
	}
	if strings.TrimSpace(typed) != words {
		return errors.New("nothing was done")
	}
	return nil
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
