package web

import "testing"

// A pool hands out what it was last given, so that one page of many megabytes would hold
// them for as long as others are asked for.
func TestTheBufferOfAnEndlessPageIsNotKept(t *testing.T) {
	var b buffers
	for range 20 { // with the race detector a pool forgets at random
		large, small := b.get(), b.get()
		large.Grow(2 * mostPooled)
		small.Grow(mostPooled / 2)
		b.put(large)
		b.put(small)
		for range 2 {
			if got := b.get(); got.Cap() > mostPooled {
				t.Fatalf("a buffer of %d bytes is kept", got.Cap())
			}
		}
	}
}
