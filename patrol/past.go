package patrol

// PastReport is a report of earlier days with what was done about it.
type PastReport struct {
	Report  Report         // as it is now, with its decision; HasContact follows from Contact
	History []HistoryEntry // from the beginning; at least one
	Contact Contact        // how to reach who sent it; empty for nobody
}
