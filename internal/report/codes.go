package report

// The codes of every question, as FORM.md's list has them. Their words stand in the
// language catalogues.

// Ternary answers a plain question.
type Ternary string

const (
	Yes     Ternary = "yes"
	No      Ternary = "no"
	Unknown Ternary = "unknown"
)

// Profile is who writes.
type Profile string

const (
	ProfileSelf           Profile = "self"
	ProfileYoungForOther  Profile = "young_for_other"
	ProfileParent         Profile = "parent"
	ProfileSibling        Profile = "sibling"
	ProfileExtendedFamily Profile = "extended_family"
	ProfileFriend         Profile = "friend"
	ProfileNeighbour      Profile = "neighbour"
	ProfileWitness        Profile = "witness"
	ProfileProfessional   Profile = "professional"
	ProfileElected        Profile = "elected"
	ProfileOther          Profile = "other"
	ProfileUndisclosed    Profile = "undisclosed"
)

// Knowledge is how the reporter knows.
type Knowledge string

const (
	KnowledgeSeen                Knowledge = "seen"
	KnowledgeHeard               Knowledge = "heard"
	KnowledgeChildConfided       Knowledge = "child_confided"
	KnowledgeThirdPartyConfided  Knowledge = "third_party_confided"
	KnowledgeProfessionalFinding Knowledge = "professional_finding"
	KnowledgeSocialMediaPost     Knowledge = "social_media_post"
	KnowledgeRumour              Knowledge = "rumour"
)

// Period is when the child was last seen, or a date (see DateOrPeriod).
type Period string

const (
	PeriodToday     Period = "today"
	PeriodThisWeek  Period = "this_week"
	PeriodThisMonth Period = "this_month"
	PeriodThisYear  Period = "this_year"
	PeriodEarlier   Period = "earlier"
	PeriodUnknown   Period = "unknown"
)

// YoungTick is one of the five ticks of the young way.
type YoungTick string

const (
	YoungTickSuicidalThoughts       YoungTick = "suicidal_thoughts"
	YoungTickDangerousPersonPresent YoungTick = "dangerous_person_present"
	YoungTickWeaponOrDeathThreat    YoungTick = "weapon_or_death_threat"
	YoungTickRunawayNow             YoungTick = "runaway_now"
	YoungTickSomeoneGainsFromMe     YoungTick = "someone_gains_from_me"
)

// Danger is a danger; the first eight are the natures of danger.
type Danger string

const (
	DangerPhysicalViolence      Danger = "physical_violence"
	DangerPsychologicalViolence Danger = "psychological_violence"
	DangerSexualViolence        Danger = "sexual_violence"
	DangerGrossNeglect          Danger = "gross_neglect"
	DangerCompromisedUpbringing Danger = "compromised_upbringing"
	DangerChildEndangeringSelf  Danger = "child_endangering_self"
	DangerDomesticViolence      Danger = "domestic_violence"
	DangerSexualExploitation    Danger = "sexual_exploitation"
	DangerRunaway               Danger = "runaway"
	DangerWandering             Danger = "wandering"
	DangerCyberbullying         Danger = "cyberbullying"
	DangerSchoolBullying        Danger = "school_bullying"
	DangerParentalConflict      Danger = "parental_conflict"
	DangerAbandonment           Danger = "abandonment"
	DangerSectarianAbuse        Danger = "sectarian_abuse"
	DangerExtortion             Danger = "extortion"
	DangerDangerousGames        Danger = "dangerous_games"
	DangerShockingContent       Danger = "shocking_content"
	DangerForcedMarriage        Danger = "forced_marriage"
	DangerGenitalMutilation     Danger = "genital_mutilation"
	DangerRadicalisation        Danger = "radicalisation"
	DangerTraffickingOther      Danger = "trafficking_other"
	DangerSuicidalThoughts      Danger = "suicidal_thoughts"
	DangerOther                 Danger = "other"
)

// Frequency is how often it happens.
type Frequency string

const (
	FrequencyOnce     Frequency = "once"
	FrequencyRepeated Frequency = "repeated"
	FrequencyConstant Frequency = "constant"
	FrequencyUnknown  Frequency = "unknown"
)

// Since is since when.
type Since string

const (
	SinceThisWeek  Since = "this_week"
	SinceThisMonth Since = "this_month"
	SinceThisYear  Since = "this_year"
	SinceLonger    Since = "longer"
	SinceUnknown   Since = "unknown"
)

// Setting is where it happens.
type Setting string

const (
	SettingHome        Setting = "home"
	SettingOtherHome   Setting = "other_home"
	SettingSchool      Setting = "school"
	SettingInstitution Setting = "institution"
	SettingPublicPlace Setting = "public_place"
	SettingOnline      Setting = "online"
	SettingOther       Setting = "other"
	SettingUnknown     Setting = "unknown"
)

// Age is a child's age in years, told instead of a birth date: "under_1", "1" to "17", "18_20" or "unknown".
type Age string

const (
	AgeUnder1  Age = "under_1"
	Age18To20  Age = "18_20"
	AgeUnknown Age = "unknown"
)

// Sex is a child's sex.
type Sex string

const (
	SexFemale  Sex = "female"
	SexMale    Sex = "male"
	SexOther   Sex = "other"
	SexUnknown Sex = "unknown"
)

// ChildRelation is what a further child is to the first.
type ChildRelation string

const (
	ChildRelationSibling     ChildRelation = "sibling"
	ChildRelationHalfSibling ChildRelation = "half_sibling"
	ChildRelationCousin      ChildRelation = "cousin"
	ChildRelationSchoolmate  ChildRelation = "schoolmate"
	ChildRelationOther       ChildRelation = "other"
)

// Particular is something staff should know of a child.
type Particular string

const (
	ParticularDisability         Particular = "disability"
	ParticularPregnancy          Particular = "pregnancy"
	ParticularUnaccompaniedMinor Particular = "unaccompanied_minor"
	ParticularNotFrenchSpeaking  Particular = "not_french_speaking"
	ParticularInCare             Particular = "in_care"
)

// LivingPlace is where a child lives.
type LivingPlace string

const (
	LivingPlaceBothParents    LivingPlace = "both_parents"
	LivingPlaceMother         LivingPlace = "mother"
	LivingPlaceFather         LivingPlace = "father"
	LivingPlaceAlternating    LivingPlace = "alternating"
	LivingPlaceExtendedFamily LivingPlace = "extended_family"
	LivingPlaceFosterFamily   LivingPlace = "foster_family"
	LivingPlaceChildrenHome   LivingPlace = "children_home"
	LivingPlaceBoarding       LivingPlace = "boarding"
	LivingPlaceHotel          LivingPlace = "hotel"
	LivingPlaceStreetSquat    LivingPlace = "street_squat"
	LivingPlaceRunaway        LivingPlace = "runaway"
	LivingPlaceOther          LivingPlace = "other"
	LivingPlaceUnknown        LivingPlace = "unknown"
)

// ParentRelation is what an adult is to the child.
type ParentRelation string

const (
	ParentRelationMother     ParentRelation = "mother"
	ParentRelationFather     ParentRelation = "father"
	ParentRelationStepParent ParentRelation = "step_parent"
	ParentRelationGuardian   ParentRelation = "guardian"
	ParentRelationOther      ParentRelation = "other"
)

// SuspectRelation is what a suspected person is to the child.
type SuspectRelation string

const (
	SuspectRelationFather           SuspectRelation = "father"
	SuspectRelationMother           SuspectRelation = "mother"
	SuspectRelationStepParent       SuspectRelation = "step_parent"
	SuspectRelationSibling          SuspectRelation = "sibling"
	SuspectRelationFamily           SuspectRelation = "family"
	SuspectRelationPartner          SuspectRelation = "partner"
	SuspectRelationSchoolmate       SuspectRelation = "schoolmate"
	SuspectRelationResponsibleAdult SuspectRelation = "responsible_adult"
	SuspectRelationProfessional     SuspectRelation = "professional"
	SuspectRelationNeighbour        SuspectRelation = "neighbour"
	SuspectRelationOnlineUnknown    SuspectRelation = "online_unknown"
	SuspectRelationUnknown          SuspectRelation = "unknown"
)

// UrgencySign is a sign of urgency told by an adult.
type UrgencySign string

const (
	UrgencySignUnder2Years             UrgencySign = "under_2_years"
	UrgencySignVisibleInjury           UrgencySign = "visible_injury"
	UrgencySignRecentSexualViolence    UrgencySign = "recent_sexual_violence"
	UrgencySignSuicidalAct             UrgencySign = "suicidal_act"
	UrgencySignSuicidalThoughts        UrgencySign = "suicidal_thoughts"
	UrgencySignRunawayNow              UrgencySign = "runaway_now"
	UrgencySignWeaponOrDeathThreat     UrgencySign = "weapon_or_death_threat"
	UrgencySignDangerousPersonPresent  UrgencySign = "dangerous_person_present"
	UrgencySignImminentDepartureAbroad UrgencySign = "imminent_departure_abroad"
	UrgencySignRecentWorsening         UrgencySign = "recent_worsening"
	UrgencySignChildAlone              UrgencySign = "child_alone"
)

// DoneStep is what was done before.
type DoneStep string

const (
	DoneStepPoliceComplaint DoneStep = "police_complaint"
	DoneStepDepartmentCell  DoneStep = "department_cell"
	DoneStepSchool          DoneStep = "school"
	DoneStepDoctor          DoneStep = "doctor"
	DoneStepJudgeMeasure    DoneStep = "judge_measure"
	DoneStepHelplineBefore  DoneStep = "helpline_before"
	DoneStepNone            DoneStep = "none"
)

// MeasureKind is a measure ordered by a judge.
type MeasureKind string

const (
	MeasureKindAED       MeasureKind = "aed"
	MeasureKindAEMO      MeasureKind = "aemo"
	MeasureKindPlacement MeasureKind = "placement"
	MeasureKindOther     MeasureKind = "other"
	MeasureKindUnknown   MeasureKind = "unknown"
)

// Sign is a sign of exploitation; two open the page about it.
type Sign string

const (
	SignRepeatedRunaways       Sign = "repeated_runaways"
	SignUnexplainedMoney       Sign = "unexplained_money"
	SignSeveralPhones          Sign = "several_phones"
	SignIntensiveSocialMedia   Sign = "intensive_social_media"
	SignLuxuryClothes          Sign = "luxury_clothes"
	SignSexualisedBehaviour    Sign = "sexualised_behaviour"
	SignNeglectedLook          Sign = "neglected_look"
	SignBruisesTattoosSelfHarm Sign = "bruises_tattoos_self_harm"
	SignDrugsAlcohol           Sign = "drugs_alcohol"
	SignSexualHealthRequests   Sign = "sexual_health_requests"
	SignSchoolDropout          Sign = "school_dropout"
	SignSuicideAttemptSleep    Sign = "suicide_attempt_sleep"
	SignWaitingCars            Sign = "waiting_cars"
	SignAllowanceNotCollected  Sign = "allowance_not_collected"
)

// ExploitationForm is a form of exploitation.
type ExploitationForm string

const (
	ExploitationFormMeetingsForMoney              ExploitationForm = "meetings_for_money"
	ExploitationFormForHousingTransportDrugsGifts ExploitationForm = "for_housing_transport_drugs_gifts"
	ExploitationFormSugarDating                   ExploitationForm = "sugar_dating"
	ExploitationFormEscortAds                     ExploitationForm = "escort_ads"
	ExploitationFormCam                           ExploitationForm = "cam"
	ExploitationFormPaidPhotosVideos              ExploitationForm = "paid_photos_videos"
	ExploitationFormBoyfriendPimp                 ExploitationForm = "boyfriend_pimp"
	ExploitationFormNetwork                       ExploitationForm = "network"
	ExploitationFormHotelOrFlat                   ExploitationForm = "hotel_or_flat"
	ExploitationFormSextortion                    ExploitationForm = "sextortion"
	ExploitationFormOther                         ExploitationForm = "other"
	ExploitationFormUnknown                       ExploitationForm = "unknown"
)

// MadeThrough is how the exploiter met the child.
type MadeThrough string

const (
	MadeThroughAcquaintance  MadeThrough = "acquaintance"
	MadeThroughSocialNetwork MadeThrough = "social_network"
	MadeThroughAd            MadeThrough = "ad"
	MadeThroughBoyfriend     MadeThrough = "boyfriend"
	MadeThroughChildrenHome  MadeThrough = "children_home"
	MadeThroughUnknown       MadeThrough = "unknown"
)

// FollowUpCall is whether the follow-up unit may call.
type FollowUpCall string

const (
	FollowUpCallYes   FollowUpCall = "yes"
	FollowUpCallNo    FollowUpCall = "no"
	FollowUpCallLater FollowUpCall = "later"
)

// Sector is where a professional works.
type Sector string

const (
	SectorEducation           Sector = "education"
	SectorHealth              Sector = "health"
	SectorSocialWelfare       Sector = "social_welfare"
	SectorMaternalChildHealth Sector = "maternal_child_health"
	SectorEarlyChildhood      Sector = "early_childhood"
	SectorPolice              Sector = "police"
	SectorJustice             Sector = "justice"
	SectorSportLeisure        Sector = "sport_leisure"
	SectorAssociation         Sector = "association"
	SectorOther               Sector = "other"
)

// ParentsInformed is whether the parents know of the alert.
type ParentsInformed string

const (
	ParentsInformedYes                    ParentsInformed = "yes"
	ParentsInformedNoAgainstChildInterest ParentsInformed = "no_against_child_interest"
	ParentsInformedNoOther                ParentsInformed = "no_other"
	ParentsInformedUnknown                ParentsInformed = "unknown"
)

// Document is a document that exists.
type Document string

const (
	DocumentMedicalCertificate Document = "medical_certificate"
	DocumentExamination        Document = "examination"
	DocumentInternalProcedure  Document = "internal_procedure"
	DocumentCopyToProsecutor   Document = "copy_to_prosecutor"
)

// Confidentiality is who may learn who wrote.
type Confidentiality string

const (
	ConfidentialityAnonymous     Confidentiality = "anonymous"
	ConfidentialityConfidential  Confidentiality = "confidential"
	ConfidentialityMayBePassedOn Confidentiality = "may_be_passed_on"
)

// ContactChannel is how to answer the reporter.
type ContactChannel string

const (
	ContactChannelNone    ContactChannel = "none"
	ContactChannelPhone   ContactChannel = "phone"
	ContactChannelSms     ContactChannel = "sms"
	ContactChannelEmail   ContactChannel = "email"
	ContactChannelMailbox ContactChannel = "mailbox"
)
