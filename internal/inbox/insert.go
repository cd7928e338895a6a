package inbox

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"recueil/internal/envelope"
)

// insertReports stores any number of reports by one statement, an array for each
// column: PostgreSQL works half as long on twenty rows so as on twenty statements.
// The digest is that of the body which this statement stores, and of no other.
const insertReports = `with told as (
  insert into submissions (report_id, tag, received_at)
  select s.report_id, s.tag, s.received_at
  from unnest($1::uuid[], $2::bytea[], $3::timestamptz[]) as s (report_id, tag, received_at)
), stored as (
  insert into reports (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane, digest, word_tag)
  select r.id, r.reference, r.receipt_lookup, r.received_at, r.channel, r.urgency, r.due_at, r.lane, sha256(r.body), r.word_tag
  from unnest($1::uuid[], $4::text[], $5::bytea[], $3::timestamptz[], $6::text[], $7::smallint[], $8::timestamptz[], $9::text[], $12::bytea[], $13::bytea[])
    as r (id, reference, receipt_lookup, received_at, channel, urgency, due_at, lane, body, word_tag)
)
insert into report_grants (report_id, team_id, epoch, body)
select g.report_id, g.team_id, g.epoch, g.body
from unnest($1::uuid[], $10::text[], $11::integer[], $12::bytea[]) as g (report_id, team_id, epoch, body)`

const insertAddition = `with told as (
  insert into submissions (report_id, tag, received_at) values ($1, $2, $3)
)
insert into additions (id, report_id, received_at, team_id, epoch, body) values ($4, $1, $3, $5, $6, $7)`

const saveDrafts = `select draft_bury(d.id, d.content, d.revision, d.expires_at, d.now)
from unnest($1::bytea[], $2::bytea[], $3::integer[], $4::timestamptz[], $5::timestamptz[]) as d (id, content, revision, expires_at, now)`

// insert sends everything in one round trip: a pipeline without BEGIN is one
// transaction of its own. Reports come before what is added to them.
func (in *Inbox) insert(ctx context.Context, group ...*request) error {
	var reports []*envelope.Envelope
	var tombstones []*Draft
	batch := &pgx.Batch{}
	for _, r := range group {
		if r.delivery.Envelope.Kind == envelope.Report {
			reports = append(reports, &r.delivery.Envelope)
		}
		if r.delivery.Tombstone != nil {
			tombstones = append(tombstones, r.delivery.Tombstone)
		}
	}
	if len(reports) > 0 {
		queueReports(batch, reports)
	}
	for _, r := range group {
		if e := &r.delivery.Envelope; e.Kind == envelope.Addition {
			batch.Queue(insertAddition, e.ReportID, e.Tag[:], e.ReceivedAt, e.ID, e.TeamID, e.Epoch, e.Body)
		}
	}
	if len(tombstones) > 0 {
		queueDrafts(batch, tombstones)
	}
	return in.pool.SendBatch(ctx, batch).Close()
}

func queueReports(batch *pgx.Batch, reports []*envelope.Envelope) {
	type e = *envelope.Envelope
	batch.Queue(insertReports,
		column(reports, func(e e) [16]byte { return e.ID }),
		column(reports, func(e e) []byte { return e.Tag[:] }),
		column(reports, func(e e) time.Time { return e.ReceivedAt }),
		column(reports, func(e e) string { return e.Reference }),
		column(reports, func(e e) []byte { return e.ReceiptLookup[:] }),
		column(reports, func(e e) string { return string(e.Channel) }),
		column(reports, func(e e) int16 { return int16(e.Urgency) }),
		column(reports, func(e e) time.Time { return e.DueAt }),
		column(reports, func(e e) string { return e.Lane }),
		column(reports, func(e e) string { return e.TeamID }),
		column(reports, func(e e) int32 { return int32(e.Epoch) }),
		column(reports, func(e e) []byte { return e.Body }),
		column(reports, wordTag))
}

// wordTag is null where nobody was asked for a word.
func wordTag(e *envelope.Envelope) []byte {
	if e.WordTag == [32]byte{} {
		return nil
	}
	return e.WordTag[:]
}

func queueDrafts(batch *pgx.Batch, drafts []*Draft) {
	batch.Queue(saveDrafts,
		column(drafts, func(d *Draft) []byte { return d.ID[:] }),
		column(drafts, func(d *Draft) []byte { return d.Content }),
		column(drafts, func(d *Draft) int32 { return int32(d.Revision) }),
		column(drafts, func(d *Draft) time.Time { return d.Expires }),
		column(drafts, func(d *Draft) time.Time { return d.Now }))
}

// column makes one array of a value of each row, of a type that is encoded without
// reflection.
func column[Row, Value any](rows []Row, of func(Row) Value) pgtype.FlatArray[Value] {
	values := make(pgtype.FlatArray[Value], len(rows))
	for i, row := range rows {
		values[i] = of(row)
	}
	return values
}
