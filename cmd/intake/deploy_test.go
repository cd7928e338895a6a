package main

import (
	"os"
	"strings"
	"testing"

	"recueil/internal/testing/settingstest"
)

func TestFilesOfADeploymentFitTogether(t *testing.T) {
	env := settingstest.Environment(t, "../../deploy/intake.env", &settings{})
	raw, err := os.ReadFile("../../deploy/nginx-intake.conf")
	if err != nil {
		t.Fatal(err)
	}
	proxy := string(raw)
	if at := env["RECUEIL_LISTEN"]; strings.Count(proxy, "http://"+at+";") != strings.Count(proxy, "proxy_pass") {
		t.Errorf("the proxy does not hand everything to %s", at)
	}
	if strings.Count(proxy, "server {") != 1 {
		t.Error("the proxy of the public serves something else besides")
	}
}

// What is typed passes through both servers, and through nothing that a disk keeps.
func TestUnitsKeepMemoryFromTheDisk(t *testing.T) {
	for _, name := range []string{"intake", "office"} {
		unit, err := os.ReadFile("../../deploy/recueil-" + name + ".service")
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{"LimitCORE=0", "MemorySwapMax=0", "PrivateTmp=yes", "Restart=always", "StartLimitIntervalSec=0"} {
			if !strings.Contains(string(unit), "\n"+line+"\n") {
				t.Errorf("the unit of the %s has no %s", name, line)
			}
		}
	}
}
