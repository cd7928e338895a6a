package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"flag"
	"io"
	"net/http"
	"os/signal"
	"syscall"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/labstack/echo/v4"
)

// bareCommand makes this program the yardstick instead of the benchmark.
const bareCommand = "bare"

// runBare is the yardstick: echo, a pgx pool, one insert for each POST, nothing else.
// It reads no field, checks nothing, seals nothing. What it stores begins with the
// body it got and is filled up, with bytes that do not compress any more than sealed
// ones do, to the size of what the intake stores for the same body.
func runBare(args []string) error {
	flags := flag.NewFlagSet(bareCommand, flag.ContinueOnError)
	listen := flags.String("listen", "", "address")
	database := flags.String("database", "", "PostgreSQL")
	connections := flags.Int("connections", 0, "size of the pool")
	short := flags.Int("short", 0, "bytes stored for a short form")
	draft := flags.Int("draft", 0, "bytes stored for a full draft")
	if err := flags.Parse(args); err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	config, err := pgxpool.ParseConfig(*database)
	if err != nil {
		return errors.New("the database's address cannot be read")
	}
	config.MaxConns = int32(*connections)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer pool.Close()
	filler := make([]byte, max(*short, *draft))
	rand.Read(filler)

	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.GET("/", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	take := func(size int) echo.HandlerFunc {
		return func(c echo.Context) error {
			sent, err := io.ReadAll(c.Request().Body)
			if err != nil {
				return err
			}
			if len(sent) < size {
				sent = append(bytes.Clone(sent), filler[len(sent):size]...)
			}
			if _, err := pool.Exec(c.Request().Context(), "insert into bare (id, body) values ($1, $2)", uuid.New(), sent[:size]); err != nil {
				return err
			}
			return c.Redirect(http.StatusSeeOther, "/r")
		}
	}
	e.POST("/m", take(*short))
	e.POST("/v", take(*draft))
	e.POST("/f", func(c echo.Context) error {
		file, piece := uuid.New(), make([]byte, 1<<20)
		for number := 0; ; number++ {
			n, err := io.ReadFull(c.Request().Body, piece)
			if n > 0 {
				if _, err := pool.Exec(c.Request().Context(), "insert into bare_pieces (file, number, body) values ($1, $2, $3)", file, number, piece[:n]); err != nil {
					return err
				}
			}
			switch {
			case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
				return c.Redirect(http.StatusSeeOther, "/r")
			case err != nil:
				return err
			}
		}
	})
	go func() {
		<-ctx.Done()
		e.Close()
	}()
	if err := e.Start(*listen); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
