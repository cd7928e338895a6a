package main

import (
	"testing"

	"recueil/internal/testing/settingstest"
)

func TestEverySettingStandsInTheReadme(t *testing.T) {
	settingstest.Told(t, "../../README.md", "intake", &settings{})
}
