package main

import (
	"os"
	"strings"
	"testing"

	"recueil/internal/testing/settingstest"
)

func TestFilesOfADeploymentFitTogether(t *testing.T) {
	env := settingstest.Environment(t, "../../deploy/office.env", &settings{})
	raw, err := os.ReadFile("../../deploy/nginx-office.conf")
	if err != nil {
		t.Fatal(err)
	}
	proxy := string(raw)
	if name := strings.TrimPrefix(env["RECUEIL_OFFICE_ORIGIN"], "https://"); !strings.Contains(proxy, "server_name "+name+";") {
		t.Errorf("passkeys are tied to %s, which the proxy does not serve", name)
	}
	if at := env["RECUEIL_OFFICE_LISTEN"]; strings.Count(proxy, "http://"+at+";") != strings.Count(proxy, "proxy_pass") {
		t.Errorf("the proxy does not hand everything to %s", at)
	}
	if strings.Count(proxy, "server {") != 1 {
		t.Error("the proxy of staff serves something else besides")
	}
}
