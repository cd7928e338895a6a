package main

import "net/url"

// demoReports are invented: no name, place or number in them is anybody's. The
// numbers are of the ranges kept for fiction.
var demoReports = []demoReport{
	{"relative", url.Values{
		"reporter.profile": {"extended_family"}, "danger_now": {"no"}, "reporter.knowledge": {"third_party_confided"},
		"situation.facts":       {"Les parents se séparent et se disputent la garde. Le petit dit qu’il ne dort plus bien."},
		"children.0.first_name": {"Malo"}, "children.0.age": {"11"}, "children.0.living_place": {"alternating"},
		"place.department": {"974"}, "situation.dangers": {"parental_conflict"}, "situation.frequency": {"repeated"},
		"contact.confidentiality": {"confidential"}, "contact.channel": {"mailbox"},
	}},
	{"professional", url.Values{
		"reporter.profile": {"professional"}, "danger_now": {"no"}, "reporter.knowledge": {"professional_finding", "child_confided"},
		"situation.facts":       {"Depuis la rentrée, Élio arrive sans avoir mangé, avec les mêmes vêtements plusieurs jours de suite. Il s’endort en classe. La famille ne répond plus aux appels depuis deux semaines."},
		"situation.child_words": {"« Le frigo est vide, c’est pas grave. »"},
		"children.0.first_name": {"Élio"}, "children.0.last_name": {"Marchandeau"}, "children.0.age": {"3"}, "children.0.sex": {"male"},
		"children.0.school": {"École maternelle des Tilleuls"}, "children.0.grade": {"petite section"}, "children.0.living_place": {"mother"},
		"parents.0.name": {"Mme Marchandeau"}, "parents.0.relation": {"mother"}, "parents.0.phone": {"06 39 98 41 07"},
		"place.department": {"44"}, "place.commune": {"Nantes"}, "place.child_now": {"à l’école jusqu’à 16 h 30"},
		"situation.dangers": {"gross_neglect"}, "situation.frequency": {"repeated"}, "situation.since": {"this_month"}, "reporter.last_seen_on": {"today"},
		"done.steps": {"school"}, "professional.name": {"Mme Hervieu"}, "professional.role": {"enseignante"}, "professional.sector": {"education"},
		"professional.organisation": {"École maternelle des Tilleuls"}, "professional.work_phone": {"01 99 00 27 31"},
		"professional.work_email": {"direction@tilleuls.example"}, "professional.parents_informed": {"no_other"},
		"contact.confidentiality": {"may_be_passed_on"}, "contact.channel": {"phone"}, "contact.value": {"01 99 00 27 31"},
	}},
	{"relative", url.Values{
		"reporter.profile": {"parent"}, "danger_now": {"unknown"}, "reporter.knowledge": {"seen", "child_confided"},
		"situation.facts":       {"Ma fille a un second téléphone. Elle rentre tard avec des vêtements neufs et dit que c’est une amie qui prête. J’ai trouvé deux reçus d’hôtel dans son sac. Elle n’est pas rentrée depuis mardi."},
		"situation.child_words": {"« C’est rien, je gère. »"},
		"children.0.first_name": {"Léa"}, "children.0.age": {"14"}, "children.0.sex": {"female"}, "children.0.living_place": {"runaway"},
		"place.department": {"59"}, "place.commune": {"Lille"}, "place.child_now": {"inconnu, peut-être un hôtel près de la gare"},
		"situation.dangers": {"sexual_exploitation", "runaway"}, "signs": {"several_phones", "luxury_clothes", "repeated_runaways"},
		"suspects.0.relation": {"online_unknown"}, "suspects.0.name": {"« Ryan », un ami plus âgé"}, "suspects.0.has_access_now": {"unknown"},
		"urgency_signs": {"runaway_now", "recent_worsening"}, "done.steps": {"police_complaint"},
		"exploitation.forms": {"hotel_or_flat", "for_housing_transport_drugs_gifts"}, "exploitation.contact_made_through": {"social_network"},
		"exploitation.handles.0.platform": {"réseau de vidéos"}, "exploitation.handles.0.handle": {"lea_lyna_exemple"},
		"exploitation.wants_follow_up_call": {"yes"},
		"contact.confidentiality":           {"confidential"}, "contact.channel": {"phone"}, "contact.value": {"06 39 98 12 60"},
		"contact.safe_hours": {"entre 9 h et 16 h"}, "contact.may_leave_message": {"no"}, "contact.alias": {"Madame Paul"}, "contact.shared_device": {"yes"},
	}},
	{"self", url.Values{
		"danger_now": {"unknown"}, "situation.young_ticks": {"suicidal_thoughts"},
		"situation.story":  {"ça fait des mois qu’ils se moquent de moi au lycée et maintenant il y a un compte avec des photos de moi. j’en peux plus, je dors plus. je sais pas à qui le dire"},
		"place.department": {"69"}, "children.0.age": {"15"}, "place.child_now": {"dans ma chambre"},
		"contact.channel": {"mailbox"}, "contact.shared_device": {"no"},
	}},
	{"relative", url.Values{
		"reporter.profile": {"neighbour"}, "danger_now": {"no"}, "reporter.knowledge": {"heard", "seen"},
		"situation.facts":       {"Cris et coups au-dessus de chez moi presque tous les soirs. Hier la petite avait un bleu au visage dans l’escalier."},
		"children.0.first_name": {"Inaya"}, "children.0.age": {"6"}, "children.1.age": {"9"}, "children.1.relation_to_first": {"sibling"},
		"place.department": {"93"}, "place.commune": {"Saint-Denis"}, "place.address": {"12 rue des Lauriers, 4e étage"},
		"situation.dangers": {"physical_violence", "domestic_violence"}, "situation.frequency": {"constant"}, "reporter.last_seen_on": {"this_week"},
		"suspects.0.relation": {"step_parent"}, "suspects.0.lives_with_child": {"yes"}, "suspects.0.has_access_now": {"yes"},
		"urgency_signs": {"visible_injury", "dangerous_person_present"}, "contact.confidentiality": {"anonymous"}, "contact.channel": {"none"},
	}},
	{"young_for_other", url.Values{
		"danger_now": {"no"}, "situation.young_ticks": {"runaway_now", "someone_gains_from_me"},
		"situation.story":  {"Ma copine dort chez un gars de 24 ans qu’elle a connu sur une appli. Il lui a acheté un téléphone. Elle dit que c’est pour payer une dette."},
		"place.department": {"13"}, "children.0.age": {"16"}, "exploitation.forms": {"boyfriend_pimp"}, "exploitation.threats_or_debts": {"yes"},
		"contact.channel": {"sms"}, "contact.value": {"06 39 98 77 14"}, "contact.safe_hours": {"après 17 h"}, "contact.may_leave_message": {"yes"},
	}},
	{"professional", url.Values{
		"reporter.profile": {"professional"}, "danger_now": {"no"}, "reporter.knowledge": {"professional_finding"},
		"situation.facts":       {"Consultation ce matin pour une chute. Les lésions sont d’âges différents et le récit change d’un parent à l’autre. L’enfant est gardé en observation."},
		"children.0.first_name": {"Sacha"}, "children.0.age": {"1"}, "place.department": {"33"}, "place.commune": {"Bordeaux"}, "place.child_now": {"aux urgences pédiatriques"},
		"situation.dangers": {"physical_violence"}, "urgency_signs": {"under_2_years", "visible_injury"}, "reporter.last_seen_on": {"today"},
		"professional.name": {"Dr Castelain"}, "professional.role": {"pédiatre"}, "professional.sector": {"health"}, "professional.organisation": {"Hôpital des Aubiers"},
		"professional.work_phone": {"01 99 00 64 20"}, "professional.work_email": {"pediatrie@aubiers.example"}, "professional.parents_informed": {"no_against_child_interest"},
		"professional.documents": {"medical_certificate", "copy_to_prosecutor"}, "contact.confidentiality": {"may_be_passed_on"}, "contact.channel": {"phone"}, "contact.value": {"01 99 00 64 20"},
	}},
	{"relative", url.Values{
		"reporter.profile": {"friend"}, "danger_now": {"no"}, "reporter.knowledge": {"child_confided"},
		"situation.facts":       {"Une camarade de ma fille dit qu’elle part « au pays » samedi et qu’on lui a choisi un mari. Elle a peur et n’ose pas en parler au collège."},
		"children.0.first_name": {"Awa"}, "children.0.age": {"15"}, "place.department": {"94"}, "situation.dangers": {"forced_marriage"},
		"urgency_signs": {"imminent_departure_abroad"}, "contact.confidentiality": {"confidential"}, "contact.channel": {"email"}, "contact.value": {"amie@courrier.example"},
	}},
	{"self", url.Values{
		"danger_now": {"no"}, "situation.story": {"mon père boit et crie beaucoup, ma mère pleure. je m’occupe de mon petit frère. je voudrais juste en parler à quelqu’un"},
		"place.department": {"35"}, "children.0.age": {"12"}, "contact.channel": {"mailbox"},
	}},
	{"relative", url.Values{
		"reporter.profile": {"witness"}, "danger_now": {"no"}, "reporter.knowledge": {"social_media_post"},
		"situation.facts":  {"Une annonce en ligne montre une très jeune fille, l’âge affiché est 18 ans mais elle dit être en 3e dans ses vidéos."},
		"place.department": {"unknown"}, "situation.dangers": {"sexual_exploitation"}, "exploitation.forms": {"escort_ads"},
		"exploitation.handles.0.platform": {"site d’annonces"}, "exploitation.handles.0.handle": {"https://annonces.example/profil/4417"},
		"exploitation.account_still_active": {"yes"}, "contact.confidentiality": {"anonymous"}, "contact.channel": {"none"},
	}},
	{"professional", url.Values{
		"reporter.profile": {"elected"}, "danger_now": {"no"}, "reporter.knowledge": {"third_party_confided"},
		"situation.facts": {"Plusieurs habitants signalent deux enfants seuls le soir sur le terrain de jeux, parfois après 23 h."},
		"children.0.age":  {"7"}, "children.1.age": {"5"}, "place.department": {"2A"}, "situation.dangers": {"gross_neglect"}, "situation.frequency": {"repeated"},
		"professional.cannot_identify": {"Je préfère rester le contact de la mairie sans être nommé."}, "professional.parents_informed": {"unknown"},
		"contact.channel": {"email"}, "contact.value": {"mairie@village.example"},
	}},
	{"", url.Values{
		"short.where": {"Rennes, près du lycée, 3e étage"}, "short.who": {"ma sœur, 13 ans"},
		"short.story": {"il tape sur la porte de la salle de bain, elle est enfermée dedans"}, "short.callback": {"par sms 06 39 98 50 22"},
	}},
}

// demoFollowed is what the demo unit follows, and demoWaiting what waits for its answer.
var (
	demoFollowed = url.Values{
		"reporter.profile": {"parent"}, "danger_now": {"no"}, "reporter.knowledge": {"child_confided"},
		"situation.facts":       {"Ma fille est sortie de cette histoire depuis une semaine et dort à la maison. Elle voudrait parler à quelqu’un d’autre que moi, et reprendre ses cours."},
		"children.0.first_name": {"Romane"}, "children.0.age": {"16"}, "children.0.sex": {"female"}, "children.0.living_place": {"mother"},
		"place.department": {"69"}, "place.commune": {"Villeurbanne"}, "situation.dangers": {"sexual_exploitation"}, "situation.since": {"this_month"},
		"exploitation.forms": {"boyfriend_pimp"}, "exploitation.contact_made_through": {"social_network"}, "exploitation.wants_follow_up_call": {"yes"},
		"contact.confidentiality": {"confidential"}, "contact.channel": {"phone"}, "contact.value": {"06 39 98 23 51"}, "contact.alias": {"Madame Duval"},
	}
	demoWaiting = url.Values{
		"reporter.profile": {"extended_family"}, "danger_now": {"no"}, "reporter.knowledge": {"child_confided"},
		"situation.facts":       {"Ma nièce m’a montré des messages d’un homme qui lui offre des cadeaux et lui demande de lui présenter des amies. Elle dit qu’elle ne sait plus comment arrêter."},
		"children.0.first_name": {"Anouk"}, "children.0.age": {"15"}, "place.department": {"31"}, "situation.dangers": {"sexual_exploitation"},
		"exploitation.forms": {"for_housing_transport_drugs_gifts"}, "exploitation.contact_made_through": {"social_network"}, "exploitation.wants_follow_up_call": {"yes"},
		"contact.confidentiality": {"may_be_passed_on"}, "contact.channel": {"phone"}, "contact.value": {"06 39 98 64 18"}, "contact.safe_hours": {"après 18 h"}, "contact.may_leave_message": {"no"},
	}
)
