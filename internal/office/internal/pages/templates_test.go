package pages

import (
	"testing"

	"recueil/internal/testing/templatetest"
	"recueil/internal/web"
)

func TestEveryTemplateFitsItsStruct(t *testing.T) {
	s := bare(t)
	var voices []*web.Voice
	for _, in := range s.spoken {
		voices = append(voices, in.voice)
	}
	if len(voices) < 2 {
		t.Errorf("the back office speaks %d languages", len(voices))
	}
	templatetest.Check(t, "office", s.pages, voices, map[string]any{
		"login": loginPage{}, "factor": factorPage{}, "protection": protectionPage{}, "codes": codesPage{}, "sessions": sessionsPage{}, "resets": resetsPage{}, "problem": problemPage{},
		"own_key": ownKeyPage{}, "accounts": accountsPage{}, "account": accountPage{}, "account_act": actPage{}, "invite": invitePage{}, "code": codePage{},
		"invitation": invitationPage{}, "keys": keysPage{}, "admit": admitPage{}, "trail": trailPage{}, "verification": verificationPage{}, "queue": queuePage{}, "reference": referencePage{}, "report": reportPage{}, "call": callPage{}, "call_receipt": receiptPage{}, "calls": callsPage{}, "callbacks": callbacksPage{}, "relay": relayPage{},
		"refer": referPage{}, "pass": passPage{}, "referrals": referralsPage{}, "referral": referralPage{},
		"file": revealPage{}, "file_shown": shownFile{}, "file_freeze": filePage{}, "decide": decidePage{},
		"alerts":    alertsPage{},
		"directory": directoryPage{}, "recipient": recipientPage{}, "transmission": transmissionPage{}, "prepare": preparePage{}, "replies": repliesPage{},
		"services": servicesPage{}, "service": servicePage{}, "handoff": handoffPage{}, "forgotten": forgottenPage{},
		"record": recordPage{}, "record_file": recordFilePage{}, "record_freeze": recordFilePage{}, "record_sheets": recordSheetsPage{}, "record_act": recordActPage{}, "record_summary": recordPage{}, "record_opinion": recordOpinionPage{}, "record_queue": recordQueuePage{},
		"record_calendar": recordCalendarPage{}, "record_team": recordTeamPage{}, "record_figures": recordFiguresPage{},
	})
}
