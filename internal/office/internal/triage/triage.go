// Package triage holds the rules of the desk as tables: states and the edges between
// them, qualifications and what each may lead to, who may do what to which report,
// how long a lease lasts. It is pure; nothing here decides about a child.
//
// The tables answer three questions, each with an error that says why not:
// [Move] whether an edge exists, [Change.Check] whether a person may take it in view
// of who proposed it, and [May] whether a member may do something to a report as it
// stands. What leaves the house, and what is closed as malicious, takes two people.
package triage
