package inbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"recueil/internal/envelope"
	"recueil/internal/postgres"
)

// A Spool keeps envelopes on disk while the database cannot take them.
type Spool interface {
	Put(e envelope.Envelope) error
}

// A Deposit is where the public side hands reports in: the database, and when that
// does not take one for whatever reason, the disk. It fails only when both do.
type Deposit struct {
	Inbox *Inbox
	Spool Spool
	Log   *slog.Logger
}

// Accept returns when the text is durable somewhere.
func (d Deposit) Accept(ctx context.Context, delivery Delivery) (Outcome, error) {
	// The reporter's connection may break at any moment; what he sent stays sent.
	outcome, err := d.Inbox.Accept(context.WithoutCancel(ctx), delivery)
	if err == nil || errors.Is(err, ErrConflict) { // the caller reads the draft again
		return outcome, err
	}
	if spoolErr := d.Spool.Put(delivery.Envelope); spoolErr != nil {
		return 0, fmt.Errorf("neither the database nor the spool takes %s: %w; %w", delivery.Envelope.ID, err, spoolErr)
	}
	if postgres.Unavailable(err) {
		d.Log.Warn("kept on disk until the database is back", "report", delivery.Envelope.ReportID, "err", err)
	} else {
		d.Log.Error("the database refuses a report; kept on disk, and tried again less and less often", "report", delivery.Envelope.ReportID, "err", err)
	}
	return Spooled, nil
}
