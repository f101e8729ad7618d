package provide

default breached := false

breached if {
	personal_data
	input.recipient.relation == "third_party"
	not prior_consent
	not excused
}

personal_data if {
	input.info.about_living_person
	input.info.identifies
	input.info.in_database
}

prior_consent if {
	input.consent.given
	input.consent.date <= input.act.date
}

excused if input.basis.kind == "statute"

excused if {
	input.basis.kind == "life"
	input.basis.consent_impracticable
}
