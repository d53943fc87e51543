package ingest

import (
	"encoding/json"
	"io"
)

// WriteJSON writes the report as the contract has it.
func (r *Report) WriteJSON(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", " ")
	return out.Encode(r)
}
