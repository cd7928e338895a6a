package web_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"recueil/internal/web"
)

func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func await(t *testing.T, address string) {
	t.Helper()
	for range 100 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("nobody listens on %s", address)
}

func TestStoppingLetsRunningRequestsFinish(t *testing.T) {
	begun, finish := make(chan struct{}), make(chan struct{})
	at := free(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- web.ServeAll(ctx, web.ServerConfig{Listen: at, SelfSigned: true, Log: slog.New(slog.DiscardHandler), Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-finish
			fmt.Fprint(w, "done")
		})})
	}()
	await(t, at)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	answer := make(chan string, 1)
	go func() {
		response, err := client.Get("https://" + at)
		if err != nil {
			answer <- err.Error()
			return
		}
		defer response.Body.Close()
		body, _ := io.ReadAll(response.Body)
		answer <- string(body)
	}()
	<-begun
	stop()
	select {
	case err := <-ended:
		t.Fatalf("the server left a request behind: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	close(finish)
	if got := <-answer; got != "done" {
		t.Errorf("the visitor got %q", got)
	}
	if err := <-ended; err != nil {
		t.Errorf("stopping: %v", err)
	}
	if conn, err := net.Dial("tcp", at); err == nil {
		conn.Close()
		t.Error("somebody still listens")
	}
}

func TestOneServerThatFailsStopsAll(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	config := func(at string) web.ServerConfig {
		return web.ServerConfig{Listen: at, Handler: http.NotFoundHandler(), Log: slog.New(slog.DiscardHandler)}
	}
	ended := make(chan error, 1)
	go func() { ended <- web.ServeAll(t.Context(), config(free(t)), config(taken.Addr().String())) }()
	select {
	case err := <-ended:
		if err == nil || !strings.Contains(err.Error(), "--listen") {
			t.Errorf("the error names no mend: %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("the other server goes on alone")
	}
}

func FuzzReadForm(f *testing.F) {
	for _, body := range []string{"", "a=1&a=2", "a=%zz", "a;b", "%00=%ff", "&&==", "a=%F0%9F%91%A9"} {
		f.Add(body, "application/x-www-form-urlencoded")
	}
	f.Add("--x", "multipart/form-data; boundary=x")
	f.Add("a=1", "application/x-www-form-urlencoded; charset=\"")
	f.Fuzz(func(t *testing.T, body, kind string) {
		r, err := http.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", kind)
		values, err := web.ReadForm(nil, r)
		switch {
		case err == nil && r.Form != nil, err == nil && r.MultipartForm != nil:
			t.Error("net/http parsed the form")
		case err == nil:
			if again := values.Encode(); len(again) > 3*len(body)+2*strings.Count(body, "&")+2 {
				t.Errorf("%d bytes became %d", len(body), len(again))
			}
		case len(body) > 24 && strings.Contains(err.Error(), body):
			t.Errorf("the error quotes the body: %v", err)
		}
	})
}
