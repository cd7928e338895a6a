package pages_test

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"time"

	"recueil/internal/office/internal/archive"
	"recueil/internal/report"
	"recueil/internal/territory"
)

func tick(id report.ID) string { return base64.RawURLEncoding.EncodeToString(id[:]) }

func in(department string) report.Answers {
	a := within72h()
	a.Place.Department = department
	return a
}

// departmentToken is what stands for a département in an address.
func (b *browser) departmentToken(name string) string {
	b.t.Helper()
	for _, option := range b.doc.Find("#filtre-dep option").EachIter() {
		if option.Text() == name {
			return option.AttrOr("value", "")
		}
	}
	b.t.Fatalf("%s is not among the départements", name)
	return ""
}

// What nobody has opened yet comes whatever one asks for; behind a page of it, or one and
// some, stands what was asked for.
func TestADepartmentIsFoundBehindWhatNobodyOpened(t *testing.T) {
	t.Parallel()
	for _, before := range []int{2 * archive.PageSize, 2*archive.PageSize + 5} { // of which a page is opened at once
		d := newDesk(t)
		for i := range before {
			d.receive(time.Duration(300-i)*time.Minute, in("13"))
		}
		var wanted []string
		for i := range archive.PageSize + 3 {
			wanted = append(wanted, path(d.receive(time.Minute-time.Duration(i)*time.Second, in("59"))))
		}
		b := d.as("a.diallo")
		token := b.departmentToken("Nord (59)")
		for _, when := range []string{"before anybody opened one", "once they are opened"} {
			var shown []string
			empty := 0
			for address := "/file?dep=" + token; address != ""; address = b.doc.Find(".pages a[href*=apres]").AttrOr("href", "") {
				if b.open(address); len(b.rows()) == 0 {
					empty++
				}
				shown = append(shown, b.rows()...)
			}
			if !slices.Equal(shown, wanted) || empty > 1 || empty == 1 && when != "before anybody opened one" {
				t.Errorf("behind %d, %s, the queue shows %q after %d empty pages, want %q", before, when, shown, empty, wanted)
			}
		}
	}
}

// The address names a département by a token, what has no token yet is opened to tell,
// and who shares the token by chance is left out.
func TestTheQueueIsFilteredByDepartment(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var north []string
	for i, department := range []string{"59", "13", "59", "75", "2A", "974", "69", "33"} {
		r := d.receive(time.Duration(20-i)*time.Hour, in(department))
		if department == "59" {
			north = append(north, path(r))
		}
	}
	b := d.as("a.diallo")
	token := b.departmentToken("Nord (59)")
	if strings.Contains(token, "59") && len(token) < 5 {
		t.Fatalf("the Nord stands as %q", token)
	}
	for _, when := range []string{"opened for it", "by its token"} {
		if b.open("/file?dep=" + token); !slices.Equal(b.rows(), north) {
			t.Errorf("%s: %v, want %v", when, b.rows(), north)
		}
	}
	if got := b.text("h1 .n"); !strings.HasPrefix(got, "au plus ") {
		t.Errorf("counted are %q", got)
	}
	if got := b.texts(".pill.is-active"); !slices.Equal(got, []string{"Département : Nord (59), retirer ce filtre"}) {
		t.Errorf("it says %q", got)
	}
	if n := ask[int](d, "select count(*) from report_grants where department = -1 or likeness = -1"); n != 0 {
		t.Errorf("%d rows that were opened have no token", n)
	}
	if n := ask[int](d, "select count(distinct department) from report_grants"); n < 4 {
		t.Errorf("seven départements have %d tokens", n)
	}
	if b.open("/file?dep=zzz"); len(b.rows()) != 8 {
		t.Error("a département that is none empties the queue")
	}
}

// A few départements share each token. Whoever looks for one of them opens nothing of the
// others, once the tags beside the bodies tell them apart.
func TestALookOpensNothingOfAnotherDepartment(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	codes := map[string]string{} // by a report's id
	for i, department := range territory.Departments() {
		codes[d.receive(time.Duration(i)*time.Minute, in(department.Code)).ID.String()] = department.Code
	}
	b := d.as("a.diallo")
	for address := "/file"; address != ""; address = b.doc.Find(".pages a[href*=apres]").AttrOr("href", "") {
		b.open(address)
	}
	wanted, other := "", ""
	seen := map[int]string{}
	for id := range codes {
		token := ask[int](d, "select department from report_grants where report_id = $1", id)
		if seen[token] != "" {
			wanted, other = id, seen[token]
		}
		seen[token] = id
	}
	if wanted == "" {
		t.Fatalf("%d départements have %d tokens", len(codes), len(seen))
	}
	d.exec("update report_grants set body = substring(body for 2000) where report_id <> $1", wanted)
	d.exec("delete from report_excerpts where report_id <> $1", wanted)
	department, _ := territory.Department(codes[wanted])
	token := b.departmentToken(department.Name + " (" + department.Code + ")")
	if b.open("/file?dep=" + token); !slices.Equal(b.rows(), []string{"/dossiers/" + wanted}) {
		t.Errorf("%s, which shares its token with %s, shows %q", codes[wanted], codes[other], b.rows())
	}
	if log := d.log.String(); strings.Contains(log, "does not open") {
		t.Errorf("others were opened: %s", log)
	}
	if read := ask[string](d, "select detail from audit_events where action = 'queue.open' order by seq desc limit 1"); read != "1" {
		t.Errorf("the trail says that %s were read", read)
	}
}

// Whoever writes the database could keep a report out of looks for its département: the next
// list that shows it puts its tokens right, and the operator reads of it.
func TestTokensThatSomebodyChangedArePutRight(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	r := d.receive(time.Hour, in("59"))
	b := d.as("a.diallo").want(200, "/file")
	address := "/file?dep=" + b.departmentToken("Nord (59)")
	const tokens = "select department || ' ' || department_tag || ' ' || likeness from report_grants"
	right := ask[string](d, tokens)
	for name, change := range map[string]string{
		"another tag":                  "update report_grants set department_tag = (department_tag + 1) % 1000",
		"another token":                "update report_grants set department = (department + 1) % 64",
		"no tag, as before":            "update report_grants set department_tag = null",
		"another token, and no tag":    "update report_grants set department = (department + 1) % 64, department_tag = null",
		"another token, no likeness":   "update report_grants set department = (department + 1) % 64, likeness = -1",
		"another likeness, no excerpt": "with gone as (delete from report_excerpts) update report_grants set likeness = 4095",
	} {
		before := strings.Count(d.log.String(), "tokens of a report were changed")
		d.exec(change)
		b.open("/file")
		if got := ask[string](d, tokens); got != right {
			t.Errorf("%s: %s stays, and was %s", name, got, right)
		}
		if told := strings.Count(d.log.String(), "tokens of a report were changed") - before; (told == 0) != (name == "no tag, as before") {
			t.Errorf("%s is told %d times", name, told)
		}
		if b.open(address); !slices.Equal(b.rows(), []string{path(r)}) {
			t.Errorf("%s: the Nord shows %q", name, b.rows())
		}
	}
}

// What nobody has opened yet has to be opened to tell; of that, one look opens a page.
func TestALookOpensNoMoreThanAPage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const rest = 20
	for range archive.PageSize/2 + archive.PageSize + rest {
		d.receive(time.Hour, in("13"))
	}
	b := d.as("a.diallo") // opens a page
	d.exec("update report_grants set department = -1, department_tag = null, likeness = -1 where report_id in (select id from reports order by queue_rank, due_at, id limit $1)", archive.PageSize/2)
	d.exec("delete from report_excerpts x using report_grants g where g.report_id = x.report_id and g.likeness = -1")
	address := "/file?dep=" + b.departmentToken("Nord (59)")
	for _, opened := range []int{archive.PageSize, rest} {
		if b.open(address); len(b.rows()) > 0 {
			t.Errorf("the Nord shows %q", b.rows())
		}
		if read := ask[int](d, "select detail::int from audit_events where action = 'queue.open' order by seq desc limit 1"); read != opened {
			t.Errorf("%d were opened, not %d", read, opened)
		}
		address = b.doc.Find(".pages a[href*=apres]").AttrOr("href", "")
	}
	if address != "" {
		t.Errorf("it goes on at the end: %s", address)
	}
}

// The first rows are told by their tags; what nobody has opened comes after them.
func TestALookOpensNoMoreThanAPageOfTheRowsFurtherDown(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	north := d.receive(3*time.Hour, in("59"))
	for range archive.PageSize - 1 {
		d.receive(2*time.Hour, in("13"))
	}
	b := d.as("a.diallo") // opens these
	const rest = 11
	for range archive.PageSize - 1 + rest {
		d.receive(time.Hour, in("13"))
	}
	d.exec("update report_grants g set department = n.department from report_grants n where n.report_id = $1 and g.department <> -1", north.ID)
	address := "/file?dep=" + b.departmentToken("Nord (59)")
	for i, opened := range []int{archive.PageSize, rest} {
		if b.open(address); len(b.rows()) != 1-i {
			t.Errorf("page %d of the Nord shows %q", i, b.rows())
		}
		read := ask[int](d, "select detail::int from audit_events where action = 'queue.open' order by seq desc limit 1")
		if read < opened || read > min(opened+2, archive.PageSize) { // one tag in 65,536 is right by chance
			t.Errorf("%d were opened, not %d", read, opened)
		}
		address = b.doc.Find(".pages a[href*=apres]").AttrOr("href", "")
	}
}

// Every body there is is damaged: each that is opened leaves a line in the log.
func TestNoMoreBodiesAreOpenedThanThePageShows(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for i := range archive.PageSize + 30 {
		d.receive(time.Duration(i)*time.Minute, in("59"))
	}
	b := d.as("a.diallo")
	token := b.doc.Find("#filtre-dep option").Eq(9).AttrOr("value", "")
	d.exec("update report_grants set body = substring(body for 2000)")
	for _, address := range []string{"/file", "/file?vue=non-attribues", "/file?urgence=3&canal=web", "/file?dep=" + token, "/file?apres=2.1.AAAAAAAAAAAAAAAAAAAAAA", "/file?voie=principale"} {
		before := strings.Count(d.log.String(), "a report does not open")
		b.open(address).want(200, "")
		if opened, shown := strings.Count(d.log.String(), "a report does not open")-before, len(b.rows()); opened != shown || shown == 0 || shown > archive.PageSize {
			t.Errorf("%s opened %d bodies and shows %d", address, opened, shown)
		}
	}
}
