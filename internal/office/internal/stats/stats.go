// Package stats counts, and hides what a count would give away of a person. A figure
// by many dimensions is a row about somebody: so a table has one dimension or two, and
// a cell under five is left out together with others, until it can be worked out
// neither from its row, nor from its column, nor from the total.
package stats

import "slices"

// Least is the smallest count that is shown. A zero is shown: it tells of nobody.
const Least = 5

// A Cell is a count, or that it is hidden.
type Cell struct {
	Count  int
	Hidden bool
}

// A Row is a code with its count.
type Row struct {
	Code string
	Cell
}

// A Column counts one dimension, with its total; where the total of several columns is
// the same known number, each column protects itself.
type Column struct {
	Rows  []Row
	Total Cell
}

// Count makes a column of counts, in the order of the codes given; what is counted
// under no code of theirs follows in the order of its name.
func Count(codes []string, counted map[string]int) Column {
	var c Column
	seen := map[string]bool{}
	for _, code := range codes {
		seen[code] = true
		c.Rows = append(c.Rows, Row{code, Cell{Count: counted[code]}})
	}
	var rest []string
	for code := range counted {
		if !seen[code] {
			rest = append(rest, code)
		}
	}
	slices.Sort(rest)
	for _, code := range rest {
		c.Rows = append(c.Rows, Row{code, Cell{Count: counted[code]}})
	}
	cells := make([]int, len(c.Rows))
	for i, row := range c.Rows {
		cells[i] = row.Count
		c.Total.Count += row.Count
	}
	for i, hidden := range Suppress([][]int{cells})[0] {
		c.Rows[i].Hidden = hidden
	}
	if c.Total.Count > 0 && c.Total.Count < Least {
		c.Total.Hidden = true
	}
	for i := range c.Rows {
		if c.Rows[i].Hidden {
			c.Rows[i].Count = 0
		}
	}
	if c.Total.Hidden {
		c.Total.Count = 0
	}
	return c
}

// Suppress says which cells of a table to hide, whose sums of rows, of columns and in
// all are known. In each row and column of a table nothing or at least two cells are
// hidden, and the hidden ones of a line add up to Least or more, so that neither one of
// them nor a small sum of them comes out of the rest.
func Suppress(table [][]int) [][]bool {
	hidden := make([][]bool, len(table))
	for i, row := range table {
		hidden[i] = make([]bool, len(row))
		for j, n := range row {
			hidden[i][j] = n > 0 && n < Least
		}
	}
	for changed := true; changed; {
		changed = false
		for i := range table {
			changed = cover(line{table, hidden, i, true}) || changed
		}
		if len(table) > 1 {
			for j := range table[0] {
				changed = cover(line{table, hidden, j, false}) || changed
			}
		}
	}
	return hidden
}

// A line is one row or column of a table.
type line struct {
	table  [][]int
	hidden [][]bool
	at     int
	row    bool
}

func (l line) len() int {
	if l.row {
		return len(l.table[l.at])
	}
	return len(l.table)
}

func (l line) cell(k int) (count int, hidden *bool) {
	if l.row {
		return l.table[l.at][k], &l.hidden[l.at][k]
	}
	return l.table[k][l.at], &l.hidden[k][l.at]
}

// cover hides the smallest shown cell of a line that gives a hidden one away, and
// reports whether it did.
func cover(l line) bool {
	count, sum, least := 0, 0, -1
	for k := range l.len() {
		n, hidden := l.cell(k)
		switch {
		case *hidden:
			count, sum = count+1, sum+n
		case least < 0 || better(n, l, least):
			least = k
		}
	}
	if count == 0 || count > 1 && sum >= Least || least < 0 {
		return false
	}
	_, hidden := l.cell(least)
	*hidden = true
	return true
}

// better prefers the smallest count that is not zero: a zero beside a hidden cell adds
// nothing to what must be guessed.
func better(n int, l line, than int) bool {
	m, _ := l.cell(than)
	return n > 0 && (m == 0 || n < m)
}
