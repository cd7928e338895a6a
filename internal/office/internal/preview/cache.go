package preview

import (
	"sync"
	"time"
)

// A cache keeps a few pictures between the page that names one and the browser that
// fetches it a moment later: making it takes up to seconds. They lie in memory, for
// a minute, and whoever asks was allowed to before.
type cache struct {
	mu   sync.Mutex
	kept map[[16]byte]Picture
}

const (
	keptFor  = time.Minute
	keptMost = 6
)

func (c *cache) get(key [16]byte) (Picture, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p, ok := c.kept[key]
	return p, ok
}

func (c *cache) put(key [16]byte, p Picture) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil {
		c.kept = map[[16]byte]Picture{}
	}
	if len(c.kept) >= keptMost {
		return // the browser's request makes it again
	}
	c.kept[key] = p
	time.AfterFunc(keptFor, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.kept, key)
	})
}

// Forget drops a picture that nobody may see any more.
func (v *Viewer) Forget(key [16]byte) {
	v.shown.mu.Lock()
	defer v.shown.mu.Unlock()
	delete(v.shown.kept, key)
}
