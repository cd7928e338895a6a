package stats_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"recueil/internal/office/internal/stats"
)

func TestSmallCountsAreHiddenWithAnother(t *testing.T) {
	for name, c := range map[string]struct {
		counted map[string]int
		hidden  string // the codes
		total   bool   // is hidden
	}{
		"nothing to hide": {map[string]int{"a": 5, "b": 9}, "", false},
		"one and another": {map[string]int{"a": 2, "b": 9, "c": 30}, "ab", false},
		"two that add up": {map[string]int{"a": 2, "b": 3, "c": 30}, "ab", false},
		"two too few":     {map[string]int{"a": 1, "b": 1, "c": 30}, "abc", false},
		"a zero":          {map[string]int{"a": 0, "b": 7}, "", false},
		"alone":           {map[string]int{"a": 3}, "abc", true},
		"few in all":      {map[string]int{"a": 1, "b": 2, "c": 0}, "abc", true},
		"nobody":          {map[string]int{}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			column := stats.Count([]string{"a", "b", "c"}, c.counted)
			hidden := ""
			for _, row := range column.Rows {
				if row.Hidden {
					hidden += row.Code
				}
				if row.Hidden && row.Count != 0 {
					t.Errorf("%s is hidden and says %d", row.Code, row.Count)
				}
			}
			if hidden != c.hidden || column.Total.Hidden != c.total {
				t.Errorf("hidden: %q, the total %t", hidden, column.Total.Hidden)
			}
		})
	}
}

// No hidden cell can be worked out from its row or column and their sums, in however
// many steps; nor are all of a line known to be a few.
func TestNoHiddenCellComesOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(1, 5).Draw(t, "width")
		table := rapid.SliceOfN(rapid.SliceOfN(rapid.IntRange(0, 12), width, width), 1, 5).Draw(t, "table")
		hidden := stats.Suppress(table)
		for i, row := range table {
			for j, n := range row {
				if n > 0 && n < stats.Least && !hidden[i][j] {
					t.Fatalf("%d is shown", n)
				}
			}
		}
		known := make([][]bool, len(table))
		for i := range table {
			known[i] = make([]bool, width)
			for j := range table[i] {
				known[i][j] = !hidden[i][j]
			}
		}
		derive(table, known)
		for i := range table {
			for j := range table[i] {
				// A line that is hidden whole, in a table of one line, tells nothing but its sum.
				if hidden[i][j] && known[i][j] && !wholly(hidden, i, j) {
					t.Fatalf("%d at %d, %d comes out of %v %v", table[i][j], i, j, table, hidden)
				}
			}
		}
	})
}

// derive works out, again and again, each cell that is the only unknown of a line.
func derive(table [][]int, known [][]bool) {
	for changed := true; changed; {
		changed = false
		for i := range table {
			if unknown := slices.Index(known[i], false); unknown >= 0 && slices.Index(known[i][unknown+1:], false) < 0 {
				known[i][unknown], changed = true, true
			}
		}
		for j := range table[0] {
			last, unknown := 0, 0
			for i := range table {
				if !known[i][j] {
					last, unknown = i, unknown+1
				}
			}
			if unknown == 1 && len(table) > 1 {
				known[last][j], changed = true, true
			}
		}
	}
}

// wholly reports a line of one cell: nothing stands beside it to be hidden too, and its
// sum is hidden by who shows it.
func wholly(hidden [][]bool, _, _ int) bool {
	return len(hidden[0]) == 1 || len(hidden) == 1 && len(hidden[0]) == 1
}
