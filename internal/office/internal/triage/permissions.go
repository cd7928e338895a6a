package triage

import (
	"maps"
	"slices"
)

// A Role is what somebody is on the staff.
type Role string

// The roles.
const (
	Agent                Role = "agent"
	Coordinator          Role = "coordinator"
	FollowUp             Role = "follow_up"
	Statistician         Role = "statistician"
	AccountAdministrator Role = "account_administrator"
	Auditor              Role = "auditor"
)

// Roles lists them.
func Roles() []Role {
	return []Role{Agent, Coordinator, FollowUp, Statistician, AccountAdministrator, Auditor}
}

// An Action is something a role may do.
type Action string

// The actions on reports, on accounts, on what is written down.
const (
	Read     Action = "read"
	Claim    Action = "claim"
	GiveBack Action = "give_back"
	Note     Action = "note"
	Write    Action = "write" // to the reporter, and see to what he adds
	Call     Action = "call"  // enter phone calls, promise and make call-backs
	Wait     Action = "wait"  // for information, and end the wait
	Qualify  Action = "qualify"
	Resume   Action = "resume" // the triage of what was qualified
	Shut     Action = "close"
	Merge    Action = "merge" // one report into another
	Link     Action = "link"  // reports of the same child, and undo it
	Reopen   Action = "reopen"
	HandOver Action = "hand_over" // one's own report to somebody else
	Reassign Action = "reassign"  // anybody's
	Override Action = "override"  // the urgency
	Restrict Action = "restrict"  // to named people, and lift it

	// What leaves the house takes two people.
	Propose  Action = "propose"
	Withdraw Action = "withdraw" // one's own proposal
	Validate Action = "validate" // or refuse, what another proposed
	Follow   Action = "follow"   // acknowledgement and feedback of what was sent

	// So does closing as malicious.
	ConfirmMalice Action = "confirm_malicious"

	// Between teams, and the record of the follow-up unit.
	Refer          Action = "refer"
	AnswerReferral Action = "answer_referral"
	Record         Action = "record"

	Admit Action = "admit" // to the key of a team, or refuse it; follow-up members to that of their own profession
	Alert Action = "alert" // say whom the house tells that something waits

	// The directory of those whom files are sent to.
	Directory  Action = "directory"   // add, edit and verify entries
	ConfirmKey Action = "confirm_key" // that another put in

	// On the files of a report.
	Reveal   Action = "reveal" // for a reason
	Download Action = "download"
	Freeze   Action = "freeze" // for everybody, for good

	Roster    Action = "roster" // the list of accounts
	Invite    Action = "invite"
	Disable   Action = "disable"
	Reinstate Action = "reinstate"
	Assign    Action = "assign" // a role and teams
	Reset     Action = "reset"  // open a way to a new passphrase

	// Taking somebody's second factor away takes two people.
	ProposeReset Action = "propose_factor_reset"
	ConfirmReset Action = "confirm_factor_reset"

	Audit Action = "audit" // read, export and verify the trail
)

// permissions is the one table of who may do what. Who stands in no list may
// nothing: administrators, statisticians and auditors read no report, and whoever
// makes accounts can give them no key.
var permissions = map[Action][]Role{
	Read:     {Agent, Coordinator, FollowUp},
	Claim:    {Agent, Coordinator},
	GiveBack: {Agent, Coordinator},
	Note:     {Agent, Coordinator},
	Write:    {Agent, Coordinator},
	Call:     {Agent, Coordinator},
	Wait:     {Agent, Coordinator},
	Qualify:  {Agent, Coordinator},
	Resume:   {Agent, Coordinator},
	Shut:     {Agent, Coordinator},
	Link:     {Agent, Coordinator},
	Reopen:   {Agent, Coordinator},
	HandOver: {Agent, Coordinator},

	Merge:    {Coordinator},
	Reassign: {Coordinator},
	Override: {Coordinator},
	Restrict: {Coordinator},

	Propose:  {Agent, Coordinator},
	Withdraw: {Agent, Coordinator},
	Validate: {Coordinator},
	Follow:   {Agent, Coordinator},

	ConfirmMalice: {Agent, Coordinator},

	Refer:          {Agent, Coordinator},
	AnswerReferral: {Coordinator, FollowUp},
	Record:         {Coordinator, FollowUp},

	Admit: {Coordinator, FollowUp},
	Alert: {Coordinator},

	Directory:  {Agent, Coordinator},
	ConfirmKey: {Coordinator},

	Reveal:   {Agent, Coordinator, FollowUp},
	Download: {Agent, Coordinator, FollowUp},
	Freeze:   {Agent, Coordinator},

	Roster:    {AccountAdministrator},
	Invite:    {AccountAdministrator},
	Disable:   {AccountAdministrator},
	Reinstate: {AccountAdministrator},
	Assign:    {AccountAdministrator},
	Reset:     {AccountAdministrator},

	ProposeReset: {AccountAdministrator},
	ConfirmReset: {Coordinator},

	Audit: {Auditor},
}

// Actions lists what somebody may do at all.
func Actions() []Action { return slices.Sorted(maps.Keys(permissions)) }

// May reports whether a role may do something. Whether it may do it to a report as
// it stands is for the function [May].
func (r Role) May(a Action) bool { return slices.Contains(permissions[a], r) }
