package pages_test

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"time"

	"recueil/internal/office/internal/keyring"
	"recueil/internal/office/internal/staff"
	"recueil/internal/secret"
)

// seat is a browser in which a member is logged in, without the second of work that a
// passphrase costs: the row of the session is written as the log-in leaves it. What a
// log-in does is tested where it is meant. Half open, it wants the second factor.
func (d *desk) seat(login string, open bool) *browser {
	d.t.Helper()
	ctx, member, id := context.Background(), d.member(login), d.staffID(login)
	token, device := secret.New(), staff.DeviceOf("")
	sealed, err := keyring.SealForSession(member, token, string(device))
	if err != nil {
		d.t.Fatal(err)
	}
	known, err := member.SealOwn(keyring.ForDevice, id, []byte(device))
	if err != nil {
		d.t.Fatal(err)
	}
	row, proof := token.Derive("recueil session id"), token.Derive("recueil session proof", id[:], []byte(device))
	var shown []byte
	if open {
		shown = proof.Bytes()
	}
	now := d.clock.Now()
	_, err = d.db.Owner.Exec(ctx, `insert into sessions (id, staff_id, sealed_identity, proof, sealed_device, created_at, last_seen_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $6, $7)`, row.Bytes(), id, sealed, shown, known, now, now.Add(12*time.Hour))
	if err != nil {
		d.t.Fatal(err)
	}
	b := d.browser()
	at, err := url.Parse(b.base)
	if err != nil {
		d.t.Fatal(err)
	}
	b.token = base64.RawURLEncoding.EncodeToString(token.Bytes())
	b.cookie = &http.Cookie{Name: "__Host-bureau", Value: b.token, Path: "/", Secure: true}
	b.client.Jar.SetCookies(at, []*http.Cookie{b.cookie})
	return b
}

// member is the identity of one of the house: the founder's alone is under his
// passphrase only.
func (d *desk) member(login string) keyring.Member {
	d.t.Helper()
	if member, ok := foundedHouse(d.t).members[login]; ok {
		return member
	}
	sealed := ask[[]byte](d, "select sealed_identity from staff where login = $1", login)
	member, err := keyring.NewOpener(1).OpenMember(context.Background(), keyring.Lane{}, sealed, passphrase)
	if err != nil {
		d.t.Fatal(err)
	}
	return member
}
