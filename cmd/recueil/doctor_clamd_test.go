package main

import (
	"strings"
	"testing"

	"recueil/internal/testing/clamdtest"
)

func TestDoctorLooksWhereClamdUnpacks(t *testing.T) {
	for dir, says := range map[string]string{"/dev/shm": "", "/proc": "lies on a disk", "/nulle-part": "is not there"} {
		if got := inMemory(dir).mend; says == "" && got != "" || !strings.Contains(got, says) {
			t.Errorf("%s: %q", dir, got)
		}
	}
	clamd := clamdtest.Start(t, "tcp", "127.0.0.1:0")
	if f := clamdAnswers(t.Context(), clamd.Address); f.mend != "" {
		t.Error(f.mend)
	}
	clamd.Close()
	for _, address := range []string{clamd.Address, "192.0.2.1:3310"} {
		if f := clamdAnswers(t.Context(), address); f.mend == "" {
			t.Errorf("%s answers", address)
		}
	}
}
