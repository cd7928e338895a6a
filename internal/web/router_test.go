package web_test

import (
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"recueil/internal/web"
)

func TestClientAddressBelievesNamedProxiesOnly(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.9/8"), netip.MustParsePrefix("2001:db8::/32")}
	for _, c := range []struct {
		name, from, forwarded string
		proxies               []netip.Prefix
		want                  string
	}{
		{"no proxy named, nothing claimed", "203.0.113.7:9", "", nil, "203.0.113.7"},
		{"no proxy named, a claim", "127.0.0.1:9", "198.51.100.1", nil, "127.0.0.1"},
		{"a stranger's claim", "203.0.113.7:9", "198.51.100.1", proxies, "203.0.113.7"},
		{"this machine's claim", "127.0.0.1:9", "198.51.100.1", proxies, "127.0.0.1"},
		{"another private network's claim", "192.168.1.1:9", "198.51.100.1", proxies, "192.168.1.1"},
		{"the proxy's word", "10.2.3.4:9", "198.51.100.1", proxies, "198.51.100.1"},
		{"the proxy's word over IPv6", "[2001:db8::1]:9", "2a02:1::5", proxies, "2a02:1::5"},
		{"a claim before the proxy's word", "10.2.3.4:9", "192.0.2.66, 198.51.100.1", proxies, "198.51.100.1"},
		{"two proxies", "10.2.3.4:9", "192.0.2.66, 198.51.100.1, 10.9.9.9", proxies, "198.51.100.1"},
		{"no address in the claim", "10.2.3.4:9", "bonjour", proxies, "10.2.3.4"},
		{"the proxy says nothing", "10.2.3.4:9", "", proxies, "10.2.3.4"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.from
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-For", c.forwarded)
		}
		if got := web.ClientAddress(c.proxies)(r); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// What one page needs widens the policy by that alone.
func TestPoliciesWidenByOneThing(t *testing.T) {
	policy := func(allow func(echo.Context)) map[string]string {
		c := echo.New().NewContext(httptest.NewRequest("GET", "/", nil), httptest.NewRecorder())
		err := web.SecurityHeaders(func(c echo.Context) error {
			if allow != nil {
				allow(c)
			}
			return nil
		})(c)
		if err != nil {
			t.Fatal(err)
		}
		directives := map[string]string{}
		for _, d := range strings.Split(c.Response().Header().Get("Content-Security-Policy"), "; ") {
			name, value, _ := strings.Cut(d, " ")
			directives[name] = value
		}
		return directives
	}
	plain := policy(nil)
	for name, c := range map[string]struct {
		allow func(echo.Context)
		more  map[string]string
	}{
		"worker": {web.AllowWorker, map[string]string{"worker-src": "'self'", "trusted-types": "recueil-work"}},
		"sound":  {web.AllowSound, map[string]string{"media-src": "'self'"}},
	} {
		widened := policy(c.allow)
		for directive, value := range c.more {
			if widened[directive] != value {
				t.Errorf("%s: %s is %q", name, directive, widened[directive])
			}
			delete(widened, directive)
		}
		for directive, value := range plain {
			if _, changed := c.more[directive]; !changed && widened[directive] != value {
				t.Errorf("%s: %s is %q, was %q", name, directive, widened[directive], value)
			}
			delete(widened, directive)
		}
		if len(widened) > 0 {
			t.Errorf("%s also brings %v", name, widened)
		}
	}
}
