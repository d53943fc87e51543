package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"syscall"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// problemType is what the type of every problem begins with; the code follows.
// The whole never changes for one kind of problem, so that a screen can
// translate it.
const problemType = "urn:gridpatrol:problem:"

// The one table of problems: 400 for what cannot be read, 422 for what can be
// read and is impossible. Codes that packages below bring along and that do
// not stand here get the status and title of their kind.
var problems = map[string]struct {
	status int
	title  string
}{
	"bad-request":             {400, "The request cannot be read"},
	"malformed-json":          {400, "The body is not the JSON that is expected"},
	"invalid-body":            {400, "Members of the body cannot be read"},
	"invalid-parameters":      {400, "Parameters are not valid"},
	"invalid-feature":         {400, "A feature cannot be read"},
	"invalid-idempotency-key": {400, "The Idempotency-Key is not valid"},
	"invalid-multipart":       {400, "The multipart body cannot be read"},
	"time-in-future":          {400, "The time lies in the future"},
	"sign-in-required":        {401, "An account or token is needed"},
	"invalid-token":           {401, "The token or session is not valid"},
	"token-unknown":           {401, "The token or session is not valid"},
	"other-account":           {401, "It is sent for another account"},
	"wrong-password":          {401, "Login or password is wrong"},
	"forbidden":               {403, "Not allowed with this account"},
	"outside-scope":           {403, "Areas lie outside those that this account may change"},
	"change-password":         {403, "The password has to be changed first"},
	"own-work":                {403, "Another person has to do that"},
	"cross-origin":            {403, "The request comes from another site"},
	"insecure-transport":      {403, "Signing in needs HTTPS"},
	"not-found":               {404, "Not found"},
	"method-not-allowed":      {405, "The method is not allowed here"},
	"not-acceptable":          {406, "It cannot be had in that form"},
	"login-taken":             {409, "There is an account with this login"},
	"account-disabled":        {409, "The account is disabled"},
	"last-admin":              {409, "Somebody has to administer the district"},
	"token-rotated":           {409, "The token was rotated already"},
	"token-ended":             {409, "The token is good no more"},
	"identity-taken":          {409, "The person or the account is linked already"},
	"conflict":                {409, "Not possible in the present state"},
	"idempotency-key-reused":  {409, "The Idempotency-Key was used for another request"},
	"areas-changed":           {409, "Areas were changed meanwhile"},
	"unknown-state":           {409, "The plan was never in that state"},
	"plan-closed":             {409, "The plan is published or discarded"},
	"plan-scheduled":          {409, "The plan is about to be published"},
	"not-scheduled":           {409, "The plan is not scheduled"},
	"nothing-to-publish":      {409, "The plan changes nothing"},
	"plan-too-large":          {409, "The plan has as much as a plan can have"},
	"too-many-plans":          {409, "There are too many open plans"},
	"plan-unreadable":         {409, "The plan can no longer be made as it was"},
	"plan-has-errors":         {409, "The plan has errors"},
	"approval-missing":        {409, "Another person has to approve the plan first"},
	"nothing-to-undo":         {409, "There is nothing to undo"},
	"nothing-to-redo":         {409, "There is nothing to redo"},
	"locked":                  {409, "A line is locked"},
	"dup-code":                {409, "The code belongs to another area"},
	"duties-changed":          {409, "Posts were changed meanwhile"},
	"too-many-imports":        {409, "There are too many imports"},
	"import-busy":             {409, "The import is at work"},
	"import-written":          {409, "The file was taken over already"},
	"import-unchecked":        {409, "The file was not checked"},
	"import-has-errors":       {409, "The file has errors"},
	"state-conflict":          {409, "Not possible in the present state"},
	"version-conflict":        {412, "It was changed meanwhile"},
	"too-large":               {413, "The request is too large"},
	"unsupported-media-type":  {415, "The content type is not supported"},
	"encoding-refused":        {415, "Compressed request bodies are not accepted"},
	"roster-change-invalid":   {422, "A change of the roster cannot be made"},
	"roster-invalid":          {422, "The roster cannot be like that"},
	"invalid-values":          {422, "Values are not possible"},
	"reset-invalid":           {422, "The link is good no more"},
	"format-refused":          {422, "The file is in a format that is not read"},
	"zip-unsafe":              {422, "The archive is not safe to unpack"},
	"file-corrupt":            {422, "The file is damaged"},
	"file-truncated":          {422, "The file ends too early"},
	"file-missing-part":       {422, "A part of the file is missing"},
	"crs-unknown":             {422, "The coordinate system is not known"},
	"datum-refused":           {422, "The datum is not taken"},
	"limit":                   {422, "The file has more than is taken"},
	"invalid-track":           {422, "The track cannot be read"},
	"clock-ahead":             {422, "The phone's clock is ahead"},
	"no-position":             {422, "The report has no position"},
	"outside-district":        {422, "The position lies outside the district"},
	"unknown-category":        {422, "There is no such category"},
	"coverage-too-large":      {422, "Coverage of so much cannot be added up at once"},
	"photo-format":            {422, "A photo is in no format that can be read"},
	"photo-damaged":           {422, "A photo is damaged"},
	"photo-too-large":         {413, "A photo is too large"},
	"too-many-requests":       {429, "Too many requests"},
	"internal":                {500, "Something went wrong here"},
	"unavailable":             {503, "Not available for the moment"},
	"storage-full":            {507, "The server's disk is full"},
}

// generic says what there is to say where an error brought no sentence along.
var generic = map[string]string{
	"not-found":    "there is no such thing, or not for you to see",
	"storage-full": "nothing of it was kept; whoever runs the server has to make room first",
	"unavailable":  "the database does not answer; try again in a moment, with the same Idempotency-Key where there was one",
}

// kinds gives the code that stands for each kind of error.
var kinds = []struct {
	kind error
	code string
}{
	{geo.ErrInvalid, "bad-request"},
	{geo.ErrUnauthorized, "invalid-token"},
	{geo.ErrForbidden, "forbidden"},
	{geo.ErrNotFound, "not-found"},
	{geo.ErrConflict, "conflict"},
	{geo.ErrUnavailable, "unavailable"},
	{context.DeadlineExceeded, "unavailable"},
	{syscall.ENOSPC, "storage-full"},
}

// fault is an error with the code, and so the status, that this package gives it.
type fault struct {
	geo.Problem
	retryAfter int // seconds; 0 where that says nothing
}

func (f *fault) Error() string { return f.Problem.Error() }

// fail makes the error of one of the codes of the table.
func fail(code, detail string, fields ...geo.FieldError) error {
	return &fault{Problem: geo.Problem{Code: code, Detail: detail, Fields: fields}}
}

// errNotFound is the answer where something is not there or not to be seen.
func errNotFound(what string) error { return fail("not-found", "there is no such "+what) }

// unprocessable gives an ErrInvalid from below the status 422: the request was
// read, what it says is impossible. Other errors stay as they are.
func unprocessable(err error) error {
	var p *geo.Problem
	if !errors.As(err, &p) || !errors.Is(err, geo.ErrInvalid) {
		return err
	}
	if entry, ok := problems[p.Code]; ok && entry.status != http.StatusBadRequest {
		return err
	}
	return &unprocessed{p}
}

type unprocessed struct{ *geo.Problem }

func (u *unprocessed) Unwrap() error { return u.Problem }

// problem is the body of an error, RFC 9457.
type problem struct {
	Type   string         `json:"type"`
	Title  string         `json:"title"`
	Status int            `json:"status"`
	Detail string         `json:"detail,omitempty"`
	Errors []fieldProblem `json:"errors,omitempty"`
	Allow  []string       `json:"allow,omitempty"`
	planTrouble
	RequestID string `json:"request_id,omitempty"` // as in the header X-Request-Id and in the log
}

type fieldProblem struct {
	Pointer string `json:"pointer"`
	Detail  string `json:"detail"`
}

// problemOf gives the body for an error. A fault of ours (500) says nothing
// about its cause.
func problemOf(err error) problem {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = fail("too-large", "the body has more than "+strconv.FormatInt(tooLarge.Limit, 10)+" bytes")
	}
	code, source := "internal", (*geo.Problem)(nil)
	var f *fault
	if errors.As(err, &f) {
		code, source = f.Code, &f.Problem
		if _, ok := problems[code]; !ok {
			panic("api: no problem " + code) // a fault of the programmer, see the table
		}
	} else {
		for _, k := range kinds {
			if errors.Is(err, k.kind) {
				code = k.code
				break
			}
		}
		if code != "internal" {
			errors.As(err, &source)
		}
	}
	out := problem{Type: problemType + code, Title: problems[code].title, Status: problems[code].status}
	if source == nil {
		out.Detail = generic[code]
		return out
	}
	if entry, ok := problems[source.Code]; ok {
		out.Title, out.Status = entry.title, entry.status
	}
	if source.Code != "" {
		out.Type = problemType + source.Code
	}
	var u *unprocessed
	if errors.As(err, &u) {
		out.Status = http.StatusUnprocessableEntity
		if out.Title == problems["bad-request"].title {
			out.Title = problems["invalid-values"].title
		}
	}
	out.Detail, out.Allow, out.planTrouble = source.Detail, source.Allow, troubleOf(err, source)
	for _, field := range source.Fields {
		out.Errors = append(out.Errors, fieldProblem(field))
	}
	return out
}

// writeError answers with the problem of err and notes the cause of a fault of
// ours in the log.
func (s *Server) writeError(w http.ResponseWriter, r *http.Request, err error) {
	p := problemOf(err)
	x := exchangeOf(r)
	p.RequestID = x.id
	if p.Status >= http.StatusInternalServerError && r.Context().Err() == nil {
		s.log.ErrorContext(r.Context(), "request failed", "id", x.id, "route", x.route, "error", err.Error())
	}
	if x.wroteHeader {
		// Too late for another status: the client must see that the answer is broken.
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for _, name := range []string{"ETag", "Last-Modified", "Content-Length", "Content-Disposition", "Location"} {
		h.Del(name)
	}
	var f *fault
	switch {
	case p.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="gridpatrol"`)
	case errors.As(err, &f) && f.retryAfter > 0:
		h.Set("Retry-After", strconv.Itoa(f.retryAfter))
	case p.Status == http.StatusServiceUnavailable:
		h.Set("Retry-After", "1")
	case p.Status == http.StatusRequestEntityTooLarge:
		h.Set("Connection", "close")
	}
	// Reading may have used up the time that the server gives an answer.
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience))
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		// The client may be gone; there is nobody else to tell.
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		_ = e.Encode(p)
	}
}
