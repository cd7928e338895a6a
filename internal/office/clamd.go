package office

import (
	"context"

	"recueil/internal/office/internal/scan"
)

// PingClamd asks whether the clamd at an address, as the office is given it, answers.
func PingClamd(ctx context.Context, address string) error {
	scanner, err := scan.New(address)
	if err != nil {
		return err
	}
	return scanner.Ping(ctx)
}
