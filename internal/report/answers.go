package report

// Answers holds one typed place for every question. The zero value of each means
// that it was not answered. The path of the json tags is the field's name.
type Answers struct {
	DangerNow    Ternary             `json:"danger_now,omitempty"`
	Short        ShortForm           `json:"short,omitzero"`
	Reporter     Reporter            `json:"reporter,omitzero"`
	Situation    Situation           `json:"situation,omitzero"`
	Children     []Child             `json:"children,omitempty"`
	Parents      []Parent            `json:"parents,omitempty"`
	Place        Place               `json:"place,omitzero"`
	Suspects     []Suspect           `json:"suspects,omitempty"`
	UrgencySigns []UrgencySign       `json:"urgency_signs,omitempty"`
	Done         Done                `json:"done,omitzero"`
	Signs        []Sign              `json:"signs,omitempty"`
	Exploitation Exploitation        `json:"exploitation,omitzero"`
	Professional ProfessionalAnswers `json:"professional,omitzero"`
	Contact      Contact             `json:"contact,omitzero"`
}

// ShortForm is the one page for somebody in danger now. One non-blank line of
// where, who or story is enough.
type ShortForm struct {
	Where    string `json:"where,omitempty"`
	Who      string `json:"who,omitempty"`
	Story    string `json:"story,omitempty"`
	Callback string `json:"callback,omitempty"`
}

// Reporter is who writes.
type Reporter struct {
	Profile    Profile      `json:"profile,omitempty"`
	Knowledge  []Knowledge  `json:"knowledge,omitempty"`
	LastSeenOn DateOrPeriod `json:"last_seen_on,omitempty"`
}

// Situation is what happens to the child.
type Situation struct {
	YoungTicks []YoungTick `json:"young_ticks,omitempty"`
	Story      string      `json:"story,omitempty"`
	Facts      string      `json:"facts,omitempty"`
	ChildWords string      `json:"child_words,omitempty"`
	Dangers    []Danger    `json:"dangers,omitempty"`
	Frequency  Frequency   `json:"frequency,omitempty"`
	Since      Since       `json:"since,omitempty"`
	Setting    []Setting   `json:"setting,omitempty"`
}

// Child is one of up to ten children.
type Child struct {
	FirstName       string        `json:"first_name,omitempty"`
	LastName        string        `json:"last_name,omitempty"`
	BirthDate       Date          `json:"birth_date,omitempty"`
	Age             Age           `json:"age,omitempty"`
	Sex             Sex           `json:"sex,omitempty"`
	RelationToFirst ChildRelation `json:"relation_to_first,omitempty"`
	School          string        `json:"school,omitempty"`
	Grade           string        `json:"grade,omitempty"`
	Particulars     []Particular  `json:"particulars,omitempty"`
	LivingPlace     LivingPlace   `json:"living_place,omitempty"`
}

// Parent is one of up to four adults responsible for the children.
type Parent struct {
	Name     string         `json:"name,omitempty"`
	Relation ParentRelation `json:"relation,omitempty"`
	Phone    string         `json:"phone,omitempty"` // as typed; see NormalisePhone
	Address  string         `json:"address,omitempty"`
}

// Place is where the child lives and where he is.
type Place struct {
	Department string  `json:"department,omitempty"` // official code, "abroad" or "unknown"
	Commune    Commune `json:"commune,omitzero"`
	Address    string  `json:"address,omitempty"`
	ChildNow   string  `json:"child_now,omitempty"`
}

// Commune is a town: its label as typed or listed, its official code when known.
type Commune struct {
	Label string `json:"label,omitempty"`
	Code  string `json:"code,omitempty"`
}

// Suspect is one of up to five persons who may endanger the child.
type Suspect struct {
	Relation       SuspectRelation `json:"relation,omitempty"`
	Name           string          `json:"name,omitempty"`
	AgeGuess       string          `json:"age_guess,omitempty"`
	LivesWithChild Ternary         `json:"lives_with_child,omitempty"`
	HasAccessNow   Ternary         `json:"has_access_now,omitempty"`
}

// Done is what was done before.
type Done struct {
	Steps            []DoneStep  `json:"steps,omitempty"`
	MeasureKind      MeasureKind `json:"measure_kind,omitempty"`
	EarlierReference string      `json:"earlier_reference,omitempty"`
	Detail           string      `json:"detail,omitempty"`
}

// Exploitation is what is known of sexual exploitation.
type Exploitation struct {
	Forms                   []ExploitationForm `json:"forms,omitempty"`
	ContactMadeThrough      MadeThrough        `json:"contact_made_through,omitempty"`
	Handles                 []Handle           `json:"handles,omitempty"`
	Venue                   string             `json:"venue,omitempty"`
	MovedBetweenDepartments Ternary            `json:"moved_between_departments,omitempty"`
	ThreatsOrDebts          Ternary            `json:"threats_or_debts,omitempty"`
	AccountStillActive      Ternary            `json:"account_still_active,omitempty"`
	KnownToChildWelfare     Ternary            `json:"known_to_child_welfare,omitempty"`
	WantsFollowUpCall       FollowUpCall       `json:"wants_follow_up_call,omitempty"`
}

// Handle is a pseudonym or URL on a platform.
type Handle struct {
	Platform string `json:"platform,omitempty"`
	Handle   string `json:"handle,omitempty"`
}

// ProfessionalAnswers identify a professional and his procedure.
type ProfessionalAnswers struct {
	Name              string          `json:"name,omitempty"`
	Role              string          `json:"role,omitempty"`
	Sector            Sector          `json:"sector,omitempty"`
	Organisation      string          `json:"organisation,omitempty"`
	WorkPhone         string          `json:"work_phone,omitempty"`
	WorkEmail         string          `json:"work_email,omitempty"`
	ParentsInformed   ParentsInformed `json:"parents_informed,omitempty"`
	ParentsInformedOn Date            `json:"parents_informed_on,omitempty"`
	Documents         []Document      `json:"documents,omitempty"`
	CannotIdentify    string          `json:"cannot_identify,omitempty"`
}

// Contact is how to answer the reporter without endangering him.
type Contact struct {
	Confidentiality Confidentiality `json:"confidentiality,omitempty"`
	Channel         ContactChannel  `json:"channel,omitempty"`
	Value           string          `json:"value,omitempty"`
	SafeHours       string          `json:"safe_hours,omitempty"`
	MayLeaveMessage Ternary         `json:"may_leave_message,omitempty"`
	Alias           string          `json:"alias,omitempty"`
	SharedDevice    Ternary         `json:"shared_device,omitempty"`
}
