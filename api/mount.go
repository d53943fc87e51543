package api

import "net/http"

// WriteProblem answers with an error as every route here does: as
// application/problem+json, its status by the kind of the error; the cause of
// a fault of ours is logged, not shown. Mounted handlers use it.
func (s *Server) WriteProblem(w http.ResponseWriter, r *http.Request, err error) {
	s.writeError(w, r, err)
}

// BaseURL is what absolute links in the answer to r begin with, without a
// slash at the end.
func (s *Server) BaseURL(r *http.Request) string { return s.baseURL(r) }
