package main

import (
	"fmt"
	"io"
	"os"

	"recueil/internal/office"
)

type auditCommands struct {
	Verify auditVerify `cmd:"" help:"Find lines of the audit trail that were changed, removed or moved."`
}

type auditVerify struct {
	ownerFlags
	Heads string `help:"The office's log as another machine kept it: finds lines cut off at the end, others in their place, and a chain recomputed as a whole."`
}

// Run fails when a line is not as it was written, and says which.
func (c *auditVerify) Run(t *terminal) error {
	pool, err := c.open(t.ctx)
	if err != nil {
		return err
	}
	defer pool.Close()
	var heads io.Reader
	if c.Heads != "" {
		file, err := os.Open(c.Heads)
		if err != nil {
			return fmt.Errorf("the stream of heads cannot be read; name the log by --heads: %w", err)
		}
		defer file.Close()
		heads = file
	}
	lines, findings, err := office.VerifyTrail(t.ctx, pool, heads)
	if err != nil {
		return err
	}
	for _, f := range findings {
		fmt.Fprintf(t.out, "line %d: %s\n", f.Line, f.Kind)
	}
	if len(findings) > 0 {
		return fmt.Errorf("%d of %d lines of the audit trail are not as they were written", len(findings), lines)
	}
	fmt.Fprintf(t.out, "%d lines, each as it was written\n", lines)
	return nil
}
